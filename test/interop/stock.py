"""The stock package, called as it can bear: it gets copies, since it changes its input in place, and lengths in whole
elements, since its encoder overruns its buffers on others."""

from zipnn import ZipNN

# The names that the package gives to the kinds of data here, and the bytes of an element.
STOCK_DTYPES = {
    "bf16": ("bfloat16", 2),
    "f16": ("float16", 2),
    "f32": ("float32", 4),
    "fp8_e4m3": ("float8_e4m3fn", 1),
    "fp8_e5m2": ("float8_e5m2", 1),
}


def can_encode(kind, byte_count):
    return kind in STOCK_DTYPES and byte_count % STOCK_DTYPES[kind][1] == 0


def encode(data, kind, streaming_log2, chunk_log2, threads):
    """The package's encoding. streaming_log2 0 stands for one frame of everything."""
    options = {"is_streaming": True, "streaming_chunk": 1 << streaming_log2} if streaming_log2 else {}
    encoder = ZipNN(
        input_format="byte",
        bytearray_dtype=STOCK_DTYPES[kind][0],
        method="HUFFMAN",
        compression_chunk=1 << chunk_log2,
        threads=threads,
        **options,
    )
    return bytes(encoder.compress(bytearray(data)))


def decode(encoded, threads):
    return bytes(ZipNN(input_format="byte", threads=threads).decompress(encoded))
