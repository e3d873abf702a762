"""Groups of beginnings of words and signs that tell quickly whether a wording can stand in a text.

A beginning in small letters of more than three letters stands for all words that begin so; a shorter one, or one with a
point, for itself; one with a capital for that word with a capital; pieces in other scripts may stand anywhere in a word. Pieces of
scripts without spaces have at most two characters, as those of an index have two or three.
"""

from __future__ import annotations

_GROUPS = {
    "DROP": (
        "ignor;disregard;forget;overrid;bypass;neglect;skip;discard;obey;vergiss;vergeet;olvid;oubli;esqueç;esquec"
        ";desconsider;negeer;missacht;zignoruj;dimentica;bortse;игнорир;забудь;unut;yok;görmezden"
        ";忽略;无视;忘记;無視;忘れ;무시;잊;تجاهل;انس;अनदेखा;नज़रअंदाज;भूल;qua;abaikan"
    ),
    "EARLIER": (
        "previous;prior;above;earlier;preced;foregoing;existing;original;initial;before;far;said;told;written;your"
        ";system;these"
    ),
    "ORDERS": (
        "instru;prompt;rules;guideline;guardrail;command;orders;restrictions;anweisung;befehl;vorgabe;regeln;istruzion;consigne;indicacion;órdenes;regra;regole;opdracht;polece"
        ";инструкц;указани;команд;правил;talimat;komut;指令;指示;提示;说明;規則;规则;命令;プロ;지시;명령;지침;프롬"
        ";تعليمات;الأوامر;निर्देश;hướng;chỉ;perintah"
    ),
    "NEW": "new;real;actual;updated;true",
    "GOALS": "instruct;task;role;goal;rules;objective",
    "ROLE": "im;start;end;sys;user;assis;inst;system;eot;endoftext;instr",
    "HASH": "inst;instruct;system;response",
    "TURN": "system;assistant;developer",
    "ORIGIN": "admin;operator;override;instruction;instructions",
    "YOU": "you;always;anything",
    "NOW": "longer;now",
    "PERSONA": "unrestricted;assistant;ai;persona;expert;hacker;character",
    "LOCKS": "jailbreak;debug;god;admin;developer",
    "MODEL": "ai;llm;llms;assistant;chatbot;gpt;chatgpt;claude;gemini;copilot;llama;bot;automated",
    "ADDRESS": "dear;attention;hey;hello;note;message;instruct;important;you;any;all;every;please;ignore;execute;always;hidden",
    "SHOW": "leak;reveal;print;repeat;output;show;disclose;exfiltrate;display;tell",
    "INNER": "system;initial;hidden;your;api;private;password",
    "SEND": "send;forward;email;mail;transfer;upload;post;share;exfiltrate;retrieve;fetch",
    "SECRET": (
        "prompt;instruct;rules;guidelines;password;credential;key;secret;token;credit;bank;saved;personal;contact"
        ";conversation;chat;genetic;medical;address;payment;location;api;data"
    ),
    "THERE": "@;http;https;www;attacker;following",
    "FETCH": "get;retrieve;fetch;access;export;collect;obtain",
    "ANSWER": "response;reply;replies;answer;output;completion;summary;task;job;translation",
    "REPLY": "answer;respond;reply;summariz;answering;act;questioned;asked",
    "ABROAD": (
        "antworte;antworten;antwort;réponds;répondez;réponse;responde.;respuesta;responda.;resposta;rispondi;risposta;antwoord"
        ";odpowiedz;ответь;отвечай;ответе;回答;回复;输出;返答;出力;答え;대답;답변;출력;أجب;उत्तर;yanıtla;cevap"
    ),
    "ALWAYS": "always;include;mention;recommend;report;claim;confirm;state",
    "WHEN": "when;whenever;before;after;while;if",
    "SAY": "print;output;say;repeat;return;write;display;type;send;respond;reply;answer",
    "ONLY": "only;just;simply;exactly;instead;else;verbatim;must;now",
    "QUOTED": ':;"',
    "ASK": "Can;Could;Would;Will;I",
    "DO": (
        "help;want;like;need;suggest;recommend;explain;translat;summari;write;generate;compose;calculate;convert"
        ";rephrase;rewrite;define;solve;list;tell;create;draft;produce;craft;develop;build;design;give;provide;offer"
        ";paraphrase;encode;decode;reverse;classify;identify;determine;analyze;analyse;describe;compare;reply;respond"
    ),
    "OPENING": (
        "Write;Compose;Generate;Create;Draft;Produce;Craft;Develop;Build;Design;Give;Provide;Tell;Offer;Suggest;List"
    ),
    "WORK": (
        "poem;story;haiku;essay;song;lyrics;joke;tweet;blog;article;recipe;summary;script;program;function;code;python"
        ";javascript;sql;email;letter;list;steps;tutorial;guide;instruct;tips;advice;recommendation;fun;plan;slogan"
        ";advertis;ad;itinerary;playlist;response;definition;explanation;overview;malware;exploit"
    ),
    "REWORK": (
        "Translate;Rewrite;Paraphrase;Rephrase;Summarize;Summarise;Encode;Decode;Convert;Reverse;Help;Respond;Reply;Answer"
    ),
    "ACT": (
        "transfer;pay;grant;unlock;disable;delete;withdraw;deposit;sell;buy;purchase;schedule;cancel;open;dispatch;share"
        ";donate;modify;update;remove;erase;turn;deactivate;order;move;change;get"
    ),
    "ACTING": (
        "Transfer;Pay;Unlock;Disable;Delete;Withdraw;Deposit;Sell;Buy;Cancel;Open;Dispatch;Donate;Modify;Update;Remove"
        ";Erase;Turn;Deactivate"
    ),
    "MINE": "my;user;please",
    "THINGS": (
        "account;fund;money;balance;bitcoin;wallet;dollars;savings;door;gate;lock;alarm;camera;device;thermostat;record"
        ";appointment;file;data;history;email;message;access;permission;address;insurance;prescription;vehicle;car"
        ";shares;card"
    ),
    "PARTS": "tool;function;invoke;antml;context;document;passage;source;user;search;retrieved;data;prompt;input",
    "CALLS": "call;calls",
    "RULED": "=;#;*;<;[;-",
    "IMAGE": "src",
    "EMBEDDED": "script;iframe;object;embed",
    "SCRIPTED": "javascript;vbscript",
    "HANDLER": "onerror;onload;onmouseover;onfocus;onclick",
    "REQUEST": (
        "Analyze;Analyse;Describe;Explain;Recommend;Suggest;Identify;Determine;Classify;Compare;Discuss;Outline;Evaluate"
        ";Predict;Calculate;Estimate;Provide;Replace;Rearrange;Substitute;Break;Elaborate;Define;Tell;Give;Find"
        ";Generate;Write;Create;Compose;Detail;Investigate;Assess;Examine;Extract;Highlight;Simplify;Interpret;Solve"
        ";Propose;Brainstorm;Imagine;Promote;Advertise;Encourage;Persuade;Convince;Automate;Remind;Organize;Enhance"
        ";Insert;Remove;Add;Translate;Summarize;Summarise;Convert;Schedule"
    ),
    "QUESTION": "How;What;Why;Which;Who;Where;When;Can;Could;Is;Are;Do;Does;Should",
}

GROUPS = {name: frozenset(words.split(";")) for name, words in _GROUPS.items()}
"""By the names that patterns call them."""
