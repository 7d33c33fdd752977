/** Splits a stream of decoded text into whole lines; what has no line end yet waits for the next piece. */
export function lineSplitter(): (piece: string) => string[] {
  let rest = '';
  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    return lines.filter((line) => line.trim() !== '');
  };
}
