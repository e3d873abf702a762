import pytest


@pytest.fixture
def one_thread():
    """faiss works with one thread: several wait for each other where the machine is busy."""
    faiss = pytest.importorskip("faiss")
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    yield
    faiss.omp_set_num_threads(threads)
