import { expect, it } from 'vitest'
import { Turns } from './turns.js'

/** A promise, and what fulfils it. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { open, opened }
}
const soon = () => new Promise<void>(resolve => setTimeout(resolve, 5))

it('lets one work at a time', async () => {
  const turns = new Turns()
  const { open, opened } = gate()
  const first = turns.take('fit', false, () => opened)
  await expect(turns.take('lr_find', false, soon)).rejects.toThrow('lr_find was called while fit is running on this Learner.')
  await expect(turns.take('validate', true, soon)).rejects.toThrow(
    /Await the first.*In a callback, validate can be awaited between batches: in before_fit, .*after_epoch/,
  )
  open()
  await first
  expect(await turns.take('lr_find', false, async () => turns.what)).toBe('lr_find')
})

it.each(['after_create', 'before_batch', 'after_step', 'after_loss', 'before_step'] as const)(
  'lets no guest in during %s',
  async event => {
    const turns = new Turns()
    await turns.take('fit', false, async () =>
      turns.during(event, () =>
        expect(turns.take('validate', true, soon)).rejects.toThrow(`while fit is running on this Learner (in ${event})`),
      ),
    )
  },
)

it.each(['before_fit', 'before_train', 'after_batch', 'after_validate', 'after_epoch', 'after_fit'] as const)(
  'goes on after %s when the guest has gone, awaited or not',
  async event => {
    const turns = new Turns()
    const heard: string[] = []
    await turns.take('fit', false, async () => {
      await turns.during(event, () => {
        turns.take('validate', true, async () => {
          expect([turns.what, turns.visiting]).toEqual(['validate', true])
          await soon()
          heard.push('guest')
        })
      })
      expect([turns.what, turns.visiting]).toEqual(['fit', false])
      heard.push('on')
      await turns.during(event, async () => {
        await turns.take('get_preds', true, soon)
        heard.push('awaited')
      })
      await expect(turns.take('validate', true, soon)).rejects.toThrow()
    })
    expect(heard).toEqual(['guest', 'on', 'awaited'])
  },
)

it('lets no second guest in, and nobody who trains', async () => {
  const turns = new Turns()
  await turns.take('fit', false, async () =>
    turns.during('after_epoch', async () => {
      const first = turns.take('validate', true, soon)
      await expect(turns.take('get_preds', true, soon)).rejects.toThrow('get_preds was called while validate is running')
      await first
      await expect(turns.take('fit', false, soon)).rejects.toThrow(
        'fit was called while fit is running on this Learner (in after_epoch). Begin it when fit is over.',
      )
    }),
  )
})

it('lets no guest of a guest in', async () => {
  const turns = new Turns()
  await turns.take('fit', false, async () =>
    turns.during('after_batch', () =>
      turns.take('validate', true, async () =>
        turns.during('after_batch', () =>
          expect(turns.take('validate', true, soon)).rejects.toThrow('validate was called while validate is running'),
        ),
      ),
    ),
  )
})

it('passes on what the event throws, and what the guest throws to who called it, after the guest has gone', async () => {
  const turns = new Turns()
  let gone = false
  let guest: Promise<void> | undefined
  const tell = () => {
    guest = turns.take('validate', true, async () => {
      await soon()
      gone = true
      throw new Error('of the guest')
    })
    guest.catch(() => {})
    throw new Error('of the event')
  }
  await turns.take('fit', false, async () => {
    await expect(turns.during('after_epoch', tell)).rejects.toThrow('of the event')
    expect(gone).toBe(true)
    await expect(guest).rejects.toThrow('of the guest')
  })
})

it('waits for readers before it begins, and says when somebody reads', async () => {
  const turns = new Turns()
  const heard: string[] = []
  const read = (name: string) => turns.read(() => soon().then(() => void heard.push(name)))
  const fail = () => turns.read(() => Promise.reject(new Error('no room')))
  read('first')
  await turns.take('fit', false, async () => {
    heard.push('begun')
    expect(turns.reading).toBeUndefined()
    const failure = expect(fail()).rejects.toThrow('no room')
    read('second')
    while (turns.reading) await turns.reading
    heard.push('end')
    await failure
  })
  expect(heard).toEqual(['first', 'begun', 'second', 'end'])
})

it('costs no promise where nobody is to be waited for', async () => {
  const turns = new Turns()
  expect(turns.during('after_epoch', () => {})).toBeUndefined()
  await turns.take('fit', false, async () => {
    expect(turns.during('after_epoch', () => {})).toBeUndefined()
    expect(() =>
      turns.during('after_epoch', () => {
        throw new Error('now')
      }),
    ).toThrow('now')
  })
})
