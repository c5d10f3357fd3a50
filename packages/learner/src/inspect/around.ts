import type { Around } from '@onecycle/callbacks'
import { isPromise } from '@onecycle/platform'

interface Heard {
  around: Around | undefined
}

/** Who stands around the handlers of a bus. */
const standing = new WeakMap<Heard, Around[]>()

/** Has each handler of a bus run by `around` too, until the function that is returned is called. */
export function aroundHandlers(bus: Heard, around: Around): () => void {
  const all = standing.get(bus) ?? []
  standing.set(bus, all)
  const stand = () => {
    bus.around = all.length
      ? (callback, event, run) => all.reduce<() => unknown>((inner, each) => () => each(callback, event, inner), run)()
      : undefined
  }
  all.push(around)
  stand()
  return () => {
    all.splice(all.indexOf(around), 1)
    stand()
  }
}

/** Runs something, and `end` when it is over, awaited or not. */
export function finishing(run: () => unknown, end: () => void): unknown {
  let result: unknown
  try {
    result = run()
  } catch (error) {
    end()
    throw error
  }
  if (isPromise(result)) return (result as Promise<unknown>).finally(end)
  end()
  return result
}

/** Puts another method in the place of one, until the function that is returned is called; then the old one answers. */
export function override<Owner extends object, Name extends keyof Owner>(
  object: Owner,
  name: Name,
  make: (before: Owner[Name]) => Owner[Name],
): () => void {
  type Method = (...args: unknown[]) => unknown
  const own = Object.hasOwn(object, name)
  const before = object[name] as Method
  const made = make(before.bind(object) as Owner[Name]) as Method
  let active = true
  const method: Method = (...args) => (active ? made(...args) : before.apply(object, args))
  object[name] = method as Owner[Name]
  return () => {
    active = false
    // Another may stand before it by now, and calls it.
    if (object[name] !== method) return
    if (own) object[name] = before as Owner[Name]
    else delete object[name]
  }
}
