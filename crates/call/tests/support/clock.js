// Reads the clock in a picture: 2 rows of 20 cells in its top sixth, 32 bits of milliseconds and 8 bits of checksum.
// Defines `window.rounds_bench.read(source, width, height)`, which gives the age of the picture in milliseconds.
"use strict";
window.rounds_bench = (() => {
  const COLUMNS = 20;
  const ROWS = 2;
  const canvas = Object.assign(document.createElement("canvas"), { width: COLUMNS * 4, height: ROWS * 4 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const checksum = (time) => (0x5a + (time >>> 24) + 3 * ((time >>> 16) & 255) + 7 * ((time >>> 8) & 255) + 13 * (time & 255)) & 255;

  function bits() {
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const found = [];
    for (let row = 0; row < ROWS; row += 1)
      for (let column = 0; column < COLUMNS; column += 1) {
        let sum = 0;
        for (const y of [1, 2]) for (const x of [1, 2]) sum += data[4 * ((4 * row + y) * canvas.width + 4 * column + x) + 1];
        if (Math.abs(sum / 4 - 128) < 16) return null;
        found.push(sum / 4 > 128 ? 1 : 0);
      }
    return found;
  }
  function read(source, width, height) {
    context.drawImage(source, 0, 0, width, height / 6, 0, 0, canvas.width, canvas.height);
    const at = Date.now();
    const found = bits();
    if (!found) return null;
    const number = (from, to) => found.slice(from, to).reduce((sum, bit) => sum * 2 + bit, 0);
    const time = number(0, 32);
    if (checksum(time) !== number(32, 40)) return null;
    return ((at % 0x100000000) - time + 0x100000000) % 0x100000000;
  }
  /** Draws the clock of this moment. */
  function draw(target, width, height) {
    const time = Date.now() % 0x100000000;
    const all = time.toString(2).padStart(32, "0") + checksum(time).toString(2).padStart(8, "0");
    for (let index = 0; index < all.length; index += 1) {
      target.fillStyle = all[index] === "1" ? "#e0e0e0" : "#202020";
      const [column, row] = [index % COLUMNS, Math.floor(index / COLUMNS)];
      target.fillRect((column * width) / COLUMNS, (row * height) / 12, width / COLUMNS + 1, height / 12);
    }
  }
  return { read, draw, ages: [] };
})();
