/** @returns undefined always: a page has no files, and what has an address is read as a whole. */
export async function openFile(_address: string | URL): Promise<undefined> {
  return undefined
}
