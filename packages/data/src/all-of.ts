/** What all of them give, or what the first of the list that fails says, whichever failed first: the same each time. */
export async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work)
  return Promise.all(work)
}
