import type { Note } from '@onecycle/callbacks'
import { checkOptions, type Kinds, kind, rangeError, show, typeError } from '@onecycle/platform'

const common = { name: kind.string }
const types: { [Type in Note['type']]: Kinds<Omit<Extract<Note, { type: Type }>, 'type'>> } = {
  scalar: { ...common, value: kind.number },
  text: { ...common, text: kind.string },
  image: { ...common, png: kind.string, width: kind.number, height: kind.number },
  histogram: { ...common, edges: kind.listOf(kind.number), counts: kind.listOf(kind.number) },
}

/** @throws TypeError for what is no note; RangeError for a histogram whose edges and counts do not fit */
export function checkNote(note: Note): void {
  const { type, ...rest } = (note ?? {}) as Note
  if (!Object.hasOwn(types, String(type)))
    throw typeError('note', `A note is a scalar, text, image or histogram, as its type says, but got ${show(note)}.`)
  checkOptions(`A note of the type ${type}`, rest as object, types[type] as Kinds<object>)
  for (const key of Object.keys(types[type]))
    if ((rest as Record<string, unknown>)[key] === undefined)
      throw typeError(
        'note',
        `A note of the type ${type} needs ${Object.keys(types[type]).join(', ')}, but has no ${key}: ${show(note)}.`,
      )
  if (note.type === 'histogram' && note.edges.length !== note.counts.length + 1)
    throw rangeError(
      'note',
      `The histogram ${show(note.name)} has ${note.counts.length} counts and ${note.edges.length} edges; expected one edge more than counts.`,
    )
}
