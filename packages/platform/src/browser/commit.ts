/** A page lies in no checkout: undefined. */
export async function gitCommit(_from?: string): Promise<string | undefined> {
  return undefined
}
