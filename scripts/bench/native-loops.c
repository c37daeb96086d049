// The loops of the Huffman kernels in C, as a native compiler sees them: what the kernels could reach at best. Same
// algorithms and same bytes as src/kernels/; the invariants stand there. bench-native.js compiles and runs it:
//
//   native-loops LOOP PLANE LENGTHS OUTPUT MILLISECONDS
//
// PLANE: the symbols, 64 … 131,072 bytes, a multiple of 16; LENGTHS: the length of each symbol's code, 256 bytes, 1 … 11 where
// it occurs. Prints the quartile of the passes in microseconds; writes what the last pass gave to OUTPUT. Decoders build
// their table in each pass, from the codes; trees are not read.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCK_MAX_BYTES = 1 << 17, JUMP_TABLE_BYTES = 6, WINDOW_BITS = 11, PAIR_WINDOW_BITS = 13, SLACK_BYTES = 64 };
enum { LANES_MAX_BYTES = BLOCK_MAX_BYTES / 8 * WINDOW_BITS + 16, SAMPLES_MAX = 1 << 20 };

static uint8_t plane[BLOCK_MAX_BYTES + SLACK_BYTES];
static size_t planeBytes;
static uint8_t lengths[256];
static uint64_t codes[256]; // code at the top, length in the low 6 bits
static uint8_t encoded[SLACK_BYTES + LANES_MAX_BYTES + SLACK_BYTES];
static uint8_t *const block = encoded + SLACK_BYTES; // jump table and lanes
static size_t blockBytes;
static uint8_t output[LANES_MAX_BYTES + SLACK_BYTES];
static size_t outputBytes;
static uint16_t symbolTable[1 << WINDOW_BITS]; // symbol << 8 | length
static uint16_t usedSymbols[256];              // the same entries, once each, in the order of the table
static int usedCount;
static uint8_t pairUses[1 << PAIR_WINDOW_BITS]; // bits used | symbols << 6
static uint16_t pairSymbols[1 << PAIR_WINDOW_BITS];
static uint64_t multiTable[1 << WINDOW_BITS];
static uint16_t pairs[BLOCK_MAX_BYTES / 2];
static uint64_t pairCodes[1 << 12];
static uint32_t counts[4][256];

static inline uint64_t load64(const uint8_t *at) { uint64_t word; memcpy(&word, at, 8); return word; }
static inline void store64(uint8_t *at, uint64_t word) { memcpy(at, &word, 8); }
static inline void store16(uint8_t *at, uint16_t word) { memcpy(at, &word, 2); }
static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// Codes and tables.

static void buildCodes(void) {
  uint64_t code = 0;
  for (int length = WINDOW_BITS; length > 0; length--, code >>= 1) {
    for (int symbol = 0; symbol < 256; symbol++) {
      if (lengths[symbol] == length) codes[symbol] = (code++ << (64 - length)) | (uint64_t)length;
    }
  }
}

static void buildSymbolTable(void) {
  size_t window = 0;
  usedCount = 0;
  for (int length = WINDOW_BITS; length > 0; length--) {
    for (int symbol = 0; symbol < 256; symbol++) {
      if (lengths[symbol] != length) continue;
      const uint16_t entry = (uint16_t)(symbol << 8 | length);
      usedSymbols[usedCount++] = entry;
      for (size_t end = window + (1u << (WINDOW_BITS - length)); window < end; window++) symbolTable[window] = entry;
    }
  }
}

// As in the kernels, tables of windows of k bits, each from those of fewer bits. Entry: bits used | symbols << 8 | the
// symbols from bit 16.
static void buildMultiTable(void) {
  static uint64_t levels[2 << WINDOW_BITS];
  levels[1] = 0;
  for (int k = 1; k <= WINDOW_BITS; k++) {
    uint64_t *const level = levels + (1 << k);
    size_t at = (size_t)1 << k;
    for (int i = usedCount; i-- > 0 && (usedSymbols[i] & 0xff) <= k;) {
      const int length = usedSymbols[i] & 0xff;
      const size_t tailCount = (size_t)1 << (k - length);
      const uint64_t *const tails = levels + tailCount;
      const uint64_t front = (uint64_t)length | 0x100 | (uint64_t)(usedSymbols[i] >> 8) << 16;
      at -= tailCount;
      for (size_t tail = 0; tail < tailCount; tail++) {
        uint64_t entry = tails[tail];
        if ((entry >> 8 & 0xff) == 6) entry = (entry & 0x00ffffffffffffff) - 0x100 - lengths[entry >> 56];
        level[at + tail] = ((entry & ~(uint64_t)0xffff) << 8) + (entry & 0xffff) + front;
      }
    }
    memset(level, 0, at * 8);
  }
  memcpy(multiTable, levels + (1 << WINDOW_BITS), sizeof multiTable);
}

// Tables of single symbols for windows of k bits start at 1 << k; the pairs that begin with a symbol take that of the bits
// which it leaves.
static void buildPairTable(void) {
  static uint8_t uses[2 << 12], symbols[2 << 12];
  for (size_t window = 0; window < 1 << 12; window++) {
    uses[(1 << 12) + window] = (uint8_t)symbolTable[window >> 1] | 1 << 6;
    symbols[(1 << 12) + window] = (uint8_t)(symbolTable[window >> 1] >> 8);
  }
  for (int bits = 11; bits >= PAIR_WINDOW_BITS - WINDOW_BITS; bits--) {
    const size_t to = (size_t)1 << bits, from = to << 1;
    for (size_t window = 0; window < to; window++) {
      const uint8_t use = uses[from + 2 * window];
      uses[to + window] = (use & 63) > bits ? 0 : use;
      symbols[to + window] = symbols[from + 2 * window];
    }
  }
  size_t window = 0;
  for (int i = 0; i < usedCount; i++) {
    const uint16_t first = usedSymbols[i] >> 8;
    const uint8_t use = (uint8_t)usedSymbols[i] | 1 << 6;
    const size_t rests = (size_t)1 << (PAIR_WINDOW_BITS - (usedSymbols[i] & 0xff));
    for (size_t rest = 0; rest < rests; rest++) {
      pairUses[window + rest] = use + uses[rests + rest];
      pairSymbols[window + rest] = (uint16_t)(first | symbols[rests + rest] << 8);
    }
    window += rests;
  }
}

// Decoders.

typedef struct { const uint8_t *start, *at; uint64_t bits; uint8_t *to, *end; } Lane;

static void startLanes(Lane lanes[4]) {
  const size_t laneSymbols = (planeBytes + 3) / 4;
  const uint8_t *start = block + JUMP_TABLE_BYTES;
  for (int i = 0; i < 4; i++) {
    const uint8_t *const end = i < 3 ? start + (block[2 * i] | block[2 * i + 1] << 8) : block + blockBytes;
    const int endMarkShift = __builtin_clz((unsigned)end[-1] << 24) + 1;
    uint8_t *const to = output + (size_t)i * laneSymbols;
    lanes[i] = (Lane){start, end - 8, (load64(end - 8) | 1) << endMarkShift, to, i < 3 ? to + laneSymbols : output + planeBytes};
    start = end;
  }
  outputBytes = planeBytes;
}

static void finishLanes(const Lane lanes[4]) {
  for (int i = 0; i < 4; i++) {
    const uint8_t *const start = lanes[i].start;
    long left = (long)(lanes[i].at - start) * 8 + 64 - __builtin_ctzll(lanes[i].bits);
    for (uint8_t *to = lanes[i].to; to < lanes[i].end; to++) {
      const long byteTop = (left + 7) / 8;
      uint32_t word;
      memcpy(&word, start + byteTop - 4, 4);
      const uint16_t entry = symbolTable[word << (byteTop * 8 - left) >> (32 - WINDOW_BITS)];
      left -= entry & 0xff;
      *to = (uint8_t)(entry >> 8);
    }
    if (left != 0) { fprintf(stderr, "lane %d: %ld bits are left\n", i, left); exit(1); }
  }
}

// Input and output bytes that a round may take in each lane bound the number of rounds.
static size_t roundsOf(const Lane lanes[4], size_t inBytes, size_t outBytes, size_t slackBytes) {
  size_t rounds = SIZE_MAX;
  for (int i = 0; i < 4; i++) {
    const size_t room = (size_t)(lanes[i].end - lanes[i].to);
    rounds = smaller(rounds, (size_t)(lanes[i].at - lanes[i].start) / inBytes);
    rounds = smaller(rounds, room < slackBytes ? 0 : (room - slackBytes) / outBytes);
  }
  return rounds;
}

#define EACH_LANE(STEP) STEP(0) STEP(1) STEP(2) STEP(3)
#define TAKE(i) const uint8_t *at##i = lanes[i].at; uint64_t bits##i = lanes[i].bits; uint8_t *to##i = lanes[i].to;
#define GIVE_BACK(i) lanes[i].at = at##i; lanes[i].bits = bits##i; lanes[i].to = to##i;
#define REFILL(i) at##i -= __builtin_ctzll(bits##i) >> 3; bits##i = (load64(at##i) | 1) << (__builtin_ctzll(bits##i) & 7);

#define DECODER(NAME, BUILD, IN_BYTES, OUT_BYTES, SLACK, ROUND)                                     \
  static void NAME(void) {                                                                          \
    Lane lanes[4];                                                                                  \
    buildSymbolTable();                                                                             \
    BUILD;                                                                                          \
    startLanes(lanes);                                                                              \
    for (size_t rounds; (rounds = roundsOf(lanes, IN_BYTES, OUT_BYTES, SLACK)) > 0;) {              \
      EACH_LANE(TAKE)                                                                               \
      do { ROUND EACH_LANE(REFILL) } while (--rounds);                                              \
      EACH_LANE(GIVE_BACK)                                                                          \
    }                                                                                               \
    finishLanes(lanes);                                                                             \
  }

#define SINGLE(i, n) { const uint64_t e = symbolTable[bits##i >> 53]; to##i[n] = (uint8_t)(e >> 8); bits##i <<= e & 63; }
#define SINGLE_AT(n) SINGLE(0, n) SINGLE(1, n) SINGLE(2, n) SINGLE(3, n)
#define STEP_ON(i) to##i += 5;
DECODER(decodeSingle, , 7, 5, 0, SINGLE_AT(0) SINGLE_AT(1) SINGLE_AT(2) SINGLE_AT(3) SINGLE_AT(4) EACH_LANE(STEP_ON))

#define PAIR(i)                                        \
  {                                                    \
    const size_t window = bits##i >> 51;               \
    store16(to##i, pairSymbols[window]);               \
    bits##i <<= pairUses[window] & 63;                 \
    to##i += pairUses[window] >> 6;                    \
  }
DECODER(decodePairs, buildPairTable(), 7, 8, 0, EACH_LANE(PAIR) EACH_LANE(PAIR) EACH_LANE(PAIR) EACH_LANE(PAIR))

#define MULTI(i) { const uint64_t e = multiTable[bits##i >> 53]; store64(to##i, e >> 16); bits##i <<= e & 63; to##i += e >> 8 & 7; }
DECODER(decodeMulti, buildMultiTable(), 7, 30, 2, EACH_LANE(MULTI) EACH_LANE(MULTI) EACH_LANE(MULTI) EACH_LANE(MULTI) EACH_LANE(MULTI))

// Encoders.

static void histogram(void) {
  memset(counts, 0, sizeof counts);
  for (size_t i = 0; i < planeBytes; i += 8) {
    const uint64_t word = load64(plane + i);
    for (int byte = 0; byte < 8; byte++) counts[byte & 3][word >> (8 * byte) & 0xff]++;
  }
  for (int i = 0; i < 256; i++) counts[0][i] += counts[1][i] + counts[2][i] + counts[3][i];
  outputBytes = sizeof counts[0];
  memcpy(output, counts[0], outputBytes);
}

typedef struct { uint64_t bits, bitCount; uint8_t *target; } Writer;

static inline void flush(Writer *writer) {
  store64(writer->target, writer->bits >> (-writer->bitCount & 63));
  writer->target += writer->bitCount >> 3;
  writer->bitCount &= 7;
}

static inline void writeTwo(Writer *writer, uint64_t e0, uint64_t e1) {
  writer->bits = writer->bits >> ((e0 + e1) & 63) | e0 >> (e1 & 63) | e1;
}

static uint8_t *finishLane(Writer *writer) {
  writer->bits = writer->bits >> 1 | (uint64_t)1 << 63;
  writer->bitCount++;
  store64(writer->target, writer->bits >> (-writer->bitCount & 63));
  return writer->target + (writer->bitCount + 7) / 8;
}

static uint8_t *encodeLane(const uint8_t *source, const uint8_t *at, uint8_t *target) {
  Writer writer = {0, 0, target};
  for (; at >= source + 4; at -= 4) {
    const uint64_t e0 = codes[at[-1]], e1 = codes[at[-2]], e2 = codes[at[-3]], e3 = codes[at[-4]];
    writeTwo(&writer, e0, e1);
    writeTwo(&writer, e2, e3);
    writer.bitCount = (writer.bitCount + e0 + e1 + e2 + e3) & 63;
    flush(&writer);
  }
  while (at > source) {
    const uint64_t e = codes[*--at];
    writer.bits = writer.bits >> (e & 63) | e;
    writer.bitCount += e & 63;
  }
  return finishLane(&writer);
}

static uint8_t *encodePairLane(const uint16_t *source, const uint16_t *at, uint8_t *target) {
  Writer writer = {0, 0, target};
  for (; at >= source + 4; at -= 4) {
    const uint64_t e0 = pairCodes[at[-1]], e1 = pairCodes[at[-2]], e2 = pairCodes[at[-3]], e3 = pairCodes[at[-4]];
    writeTwo(&writer, e0, e1);
    writer.bitCount += e0 + e1;
    if (((e0 + e1 + e2 + e3) & 127) > 51) {
      writer.bitCount &= 63;
      flush(&writer);
    }
    writeTwo(&writer, e2, e3);
    writer.bitCount = (writer.bitCount + e2 + e3) & 63;
    flush(&writer);
  }
  while (at > source) {
    const uint64_t e = pairCodes[*--at];
    writer.bits = writer.bits >> (e & 63) | e;
    writer.bitCount += e & 63;
    flush(&writer);
  }
  return finishLane(&writer);
}

static void encodeBlock(int byPairs) {
  const size_t laneSymbols = (planeBytes + 3) / 4;
  uint8_t *target = block + JUMP_TABLE_BYTES;
  for (size_t i = 0; i < 4; i++) {
    const size_t from = i * laneSymbols, to = i < 3 ? from + laneSymbols : planeBytes;
    uint8_t *const start = target;
    target = byPairs ? encodePairLane(pairs + from / 2, pairs + to / 2, start) : encodeLane(plane + from, plane + to, start);
    if (i < 3) store16(block + 2 * i, (uint16_t)(target - start));
  }
  blockBytes = (size_t)(target - block);
}

static void encodeSymbols(void) { encodeBlock(0); }
static void encodePairs(void) { encodeBlock(1); }

// Pair indexes and pair codes of a plane whose values lie within 64 of each other; the kernels' zero slot is left out.
static int buildPairs(void) {
  int base = 255;
  for (size_t i = 0; i < planeBytes; i++) base = plane[i] < base ? plane[i] : base;
  for (size_t i = 0; i < planeBytes; i += 2) {
    const int first = plane[i] - base, second = plane[i + 1] - base;
    if (first > 63 || second > 63) return 0;
    pairs[i / 2] = (uint16_t)(first | second << 6);
    const uint64_t one = codes[plane[i]], other = codes[plane[i + 1]], length = (one & 63) + (other & 63);
    pairCodes[pairs[i / 2]] = (other & ~(uint64_t)63) >> (one & 63) | (one & ~(uint64_t)63) | length;
  }
  return 1;
}

// The command.

static double microseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int ascending(const void *a, const void *b) {
  const double one = *(const double *)a, other = *(const double *)b;
  return (one > other) - (one < other);
}

static size_t readAll(const char *path, uint8_t *target, size_t maxBytes) {
  FILE *const file = fopen(path, "rb");
  if (file == NULL) { perror(path); exit(1); }
  const size_t bytes = fread(target, 1, maxBytes, file);
  fclose(file);
  return bytes;
}

static const struct { const char *name; void (*run)(void); int encodes; } LOOPS[] = {
  {"decode-single", decodeSingle, 0}, {"decode-pairs", decodePairs, 0}, {"decode-multi", decodeMulti, 0},
  {"histogram", histogram, 0},        {"encode-single", encodeSymbols, 1}, {"encode-pairs", encodePairs, 1},
};

int main(int argc, char **argv) {
  static double samples[SAMPLES_MAX];
  if (argc != 6) { fprintf(stderr, "usage: native-loops LOOP PLANE LENGTHS OUTPUT MILLISECONDS\n"); return 2; }
  planeBytes = readAll(argv[2], plane, BLOCK_MAX_BYTES);
  readAll(argv[3], lengths, sizeof lengths);
  buildCodes();
  if (!buildPairs() && strcmp(argv[1], "encode-pairs") == 0) { fprintf(stderr, "the plane has no pairs\n"); return 2; }
  for (size_t i = 0; i < sizeof LOOPS / sizeof *LOOPS; i++) {
    if (strcmp(argv[1], LOOPS[i].name) != 0) continue;
    encodeSymbols();
    int count = 0;
    for (double end = microseconds() + atof(argv[5]) * 1e3, start; count < SAMPLES_MAX && (start = microseconds()) < end;) {
      LOOPS[i].run();
      samples[count++] = microseconds() - start;
    }
    if (count == 0) { fprintf(stderr, "no time for a pass\n"); return 2; }
    qsort(samples, (size_t)count, sizeof *samples, ascending);
    printf("%.3f\n", samples[count / 4]);
    FILE *const file = fopen(argv[4], "wb");
    if (file == NULL) { perror(argv[4]); return 1; }
    fwrite(LOOPS[i].encodes ? block : output, 1, LOOPS[i].encodes ? blockBytes : outputBytes, file);
    return fclose(file) == 0 ? 0 : 1;
  }
  fprintf(stderr, "no such loop: %s\n", argv[1]);
  return 2;
}
