import { ownTerminals, replaceWrite } from './process/own-terminals.js'

type Write = NodeJS.WriteStream['write']

const acts = new Set<() => void>()
let undo: (() => void) | undefined

/**
 * Has `act` called before anybody writes to a terminal of this process.
 *
 * @returns what ends it
 */
export function beforeWriting(act: () => void): () => void {
  acts.add(act)
  undo ??= replaceWrite(ownTerminals(), write => (...content: unknown[]) => {
    for (const each of acts) each()
    return write(...(content as Parameters<Write>))
  })
  return () => {
    acts.delete(act)
    if (acts.size > 0) return
    undo?.()
    undo = undefined
  }
}
