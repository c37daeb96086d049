// Preloaded into the command by a test: its streams say that they are a terminal, of 100 columns unless told otherwise.
const columns = Number(process.env.ZNN_TEST_COLUMNS ?? '100');
const streams =
  process.env.ZNN_TEST_TERMINAL === 'stdout' ? [process.stdout] : [process.stdout, process.stderr];
for (const stream of streams) {
  Object.assign(stream, { isTTY: true, columns, getColorDepth: () => 1, hasColors: () => false });
  Object.assign(stream, {
    cursorTo: (column) => stream.write(`\x1b[${column + 1}G`),
    moveCursor: (_columns, rows) => stream.write(rows < 0 ? `\x1b[${-rows}A` : ''),
    clearLine: () => stream.write('\x1b[2K'),
    clearScreenDown: () => stream.write('\x1b[0J'),
  });
}
