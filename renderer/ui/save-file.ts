/** How long the browser may take to fetch what it saves, in milliseconds. */
const patience = 60_000;

/** Has the browser save a text as a file; it is put together piece by piece, which the browser may keep on disk. */
export async function saveFile(name: string, type: string, pieces: AsyncIterable<string>): Promise<void> {
  let whole = new Blob([], { type });
  for await (const piece of pieces) whole = new Blob([whole, piece], { type });
  const address = URL.createObjectURL(whole);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), patience);
}
