"""Bytes of every kind that weights come in, and of some that they don't."""

import numpy as np


def _bf16(values):
    return (values.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()


def _fp8(values, mantissa_bits):
    """Rounds towards zero into 1 sign, 7 - mantissa_bits exponent and mantissa_bits mantissa bits."""
    bias = (1 << (6 - mantissa_bits)) - 1
    words = values.astype("<f4").view("<u4").astype(np.int64)
    exponent = ((words >> 23) & 255) - 127 + bias
    mantissa = (words >> (23 - mantissa_bits)) & ((1 << mantissa_bits) - 1)
    magnitude = np.where(exponent > 0, (exponent << mantissa_bits) | mantissa, 0).clip(0, 126)
    return (((words >> 24) & 128) | magnitude).astype(np.uint8).tobytes()


def _normal(rng, count):
    return rng.standard_normal(count) * 10.0 ** rng.uniform(-3, 1)


# One way from numbers to the bytes of each kind.
ENCODERS = {
    "bf16": (2, _bf16),
    "f16": (2, lambda values: values.astype("<f2").tobytes()),
    "f32": (4, lambda values: values.astype("<f4").tobytes()),
    "f64": (8, lambda values: values.astype("<f8").tobytes()),
    "fp8_e4m3": (1, lambda values: _fp8(values, 3)),
    "fp8_e5m2": (1, lambda values: _fp8(values, 2)),
    "i8": (1, lambda values: (values * 40).astype(np.int8).tobytes()),
    "i32": (4, lambda values: (values * 1000).astype("<i4").tobytes()),
    "i64": (8, lambda values: (values * 1000).astype("<i8").tobytes()),
}


def _weights(rng, kind, byte_count):
    element_bytes, encode = ENCODERS[kind]
    with np.errstate(over="ignore", invalid="ignore"):
        return encode(_normal(rng, byte_count // element_bytes + 1))[:byte_count]


def _clean(rng, kind, byte_count):
    """Low bytes of zeros: models that were once of a smaller type."""
    element_bytes = ENCODERS[kind][0]
    data = bytearray(_weights(rng, kind, byte_count))
    if element_bytes > 1:
        data[0::element_bytes] = bytes(len(data[0::element_bytes]))
    return bytes(data)


def _sparse(rng, kind, byte_count):
    data = np.frombuffer(_weights(rng, kind, byte_count), dtype=np.uint8).copy()
    data[rng.random(byte_count) < rng.uniform(0.5, 0.999)] = 0
    return data.tobytes()


def _random(rng, kind, byte_count):
    return rng.bytes(byte_count)


def _constant(rng, kind, byte_count):
    element = rng.bytes(ENCODERS[kind][0])
    return (element * (byte_count // len(element) + 1))[:byte_count]


def _few_symbols(rng, kind, byte_count):
    symbols = rng.integers(0, 256, rng.integers(2, 6), dtype=np.uint8)
    return rng.choice(symbols, byte_count).tobytes()


def _geometric(rng, kind, byte_count):
    """The most skewed trees: each symbol half as frequent as the one before."""
    return (rng.geometric(rng.uniform(0.3, 0.9), byte_count) - 1).clip(0, 255).astype(np.uint8).tobytes()


def _halves(rng, kind, byte_count):
    """Weights, then something else: chunks and planes of different sorts in one file."""
    border = int(rng.integers(0, byte_count + 1))
    other = MIXTURES[int(rng.integers(0, 5))]
    return _weights(rng, kind, border) + other(rng, kind, byte_count - border)


def _every_value(rng, kind, byte_count):
    """All 16-bit patterns: infinities, NaNs with payload, subnormal numbers, -0."""
    values = rng.permutation(65536).astype("<u2").tobytes()
    return (values * (byte_count // len(values) + 1))[:byte_count]


MIXTURES = [_clean, _sparse, _random, _constant, _few_symbols, _geometric, _halves, _every_value]


def weights_like(seed, kind, byte_count):
    """Normally distributed numbers of a kind."""
    return _weights(np.random.default_rng(seed), kind, byte_count)


def anything(rng, kind, byte_count):
    """Weights half of the time, else one of the other sorts."""
    make = _weights if rng.random() < 0.5 else MIXTURES[int(rng.integers(0, len(MIXTURES)))]
    return make(rng, kind, byte_count)
