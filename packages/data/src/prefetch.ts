import { type Batch, disposeOf } from './batch.js'

/**
 * Batches that are prepared while the one before them is used: so many are asked for at once, and again as soon as half of them are left. An error
 * comes when its batch is due. Batches that nobody takes any more are waited for, and disposed.
 *
 * @param ahead batches to prepare; 0 asks for each when it is due
 */
export async function* prefetched(
  ahead: number,
  { from, to }: { readonly from: number; readonly to: number },
  read: (batch: number) => Batch | Promise<Batch>,
): AsyncGenerator<Batch, void, undefined> {
  const coming: Promise<Batch>[] = []
  let next = from
  const askFor = (batches: number) => {
    for (; coming.length < batches && next < to; next++) {
      const batch = begin(read, next)
      // Told when it is due; until then nobody listens.
      batch.catch(() => {})
      coming.push(batch)
    }
  }
  try {
    askFor(ahead)
    for (let due = from; due < to; due++) {
      askFor(1)
      const batch = await coming.shift()!
      // Some together: a thread that sleeps is to be woken for them once.
      if (coming.length <= ahead / 2) askFor(ahead)
      yield batch
    }
  } finally {
    for (const batch of await Promise.allSettled(coming)) if (batch.status === 'fulfilled') disposeOf(batch.value)
  }
}

/** Begun at once; what is thrown at once is a promise's too. */
async function begin(read: (batch: number) => Batch | Promise<Batch>, batch: number): Promise<Batch> {
  return read(batch)
}
