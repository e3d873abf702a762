"""Words and sentences of many texts in one pass, as arrays: what their counterparts beside this folder give for one."""
