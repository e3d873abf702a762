"""What subclasses of the retriever and the compressor override."""


def says_only(cls: type, sync: str, asynchronous: str) -> bool:
    """Whether a class, or what it inherits from first, has a method of its own for sync calls but none for async ones.

    What is inherited for async calls would pass it over then.
    """
    first = next(vars(each) for each in cls.__mro__ if sync in vars(each) or asynchronous in vars(each))
    return asynchronous not in first
