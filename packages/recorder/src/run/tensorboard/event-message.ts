import type { Note } from '@onecycle/callbacks'
import { Message } from '@onecycle/platform'

/*
 * Messages of TensorBoard's event files, by the numbers of their fields in tensorflow/core/util/event.proto, framework/summary.proto and
 * tensorboard/plugins/hparams/plugin_data.proto.
 */

/** What stands at the beginning of each file. */
export function fileVersion(time: number): Message {
  return new Message().double(1, time / 1000).text(3, 'brain.Event:2')
}

/** A training begins, or goes on: steps from this one on that other files have are void. */
export function sessionStart(time: number, step: number): Message {
  return eventAt(time, step).message(7, new Message().int(1, 1))
}

/** Values of one step. */
export function summary(time: number, step: number, values: readonly Message[]): Message {
  return eventAt(time, step).message(5, new Message().message(1, ...values))
}

export function scalarValue(tag: string, value: number): Message {
  return new Message().text(1, tag).float(2, value)
}

export function noteValue(note: Note): Message {
  const value = new Message().text(1, note.name)
  if (note.type === 'scalar') return value.float(2, note.value)
  if (note.type === 'image') {
    const png = Uint8Array.from(atob(note.png), character => character.charCodeAt(0))
    // Four channels: red, green, blue and opacity.
    return value.message(4, new Message().int(1, note.height).int(2, note.width).int(3, 4).bytes(4, png))
  }
  if (note.type === 'text') return textValue(note.name, note.text)
  return value.message(5, histogram(note))
}

export function textValue(tag: string, text: string): Message {
  const tensor = new Message()
    .int(1, stringType)
    .message(2, new Message().message(2, new Message().int(1, 1)))
    .text(8, text)
  return new Message().text(1, `${tag}/text_summary`).message(8, tensor).message(9, plugin('text'))
}

/** What the trainings that the page of hyper-parameters compares were told. */
export function hparamsValue(hparams: Readonly<Record<string, unknown>>, name: string, time: number): Message {
  const entries = Object.entries(hparams).map(([key, value]) => new Message().text(1, key).message(2, jsonValue(value)))
  const info = new Message()
    .message(1, ...entries)
    .text(4, name)
    .double(5, time / 1000)
  return hparamsPlugin('session_start_info', new Message().message(3, info))
}

/** That a training is over. */
export function hparamsEnd(completed: boolean, time: number): Message {
  const info = new Message().int(1, completed ? 1 : 2).double(2, time / 1000)
  return hparamsPlugin('session_end_info', new Message().message(4, info))
}

const [floatType, stringType] = [1, 7]

function eventAt(time: number, step: number): Message {
  return new Message().double(1, time / 1000).int(2, step)
}

function plugin(name: string, content?: Message): Message {
  const data = new Message().text(1, name)
  if (content) data.message(2, content)
  return new Message().message(1, data)
}

/** Its content is in what is said of it; the value is none. */
function hparamsPlugin(tag: string, content: Message): Message {
  const empty = new Message().int(1, floatType).message(2, new Message()).float(5, 0)
  return new Message().text(1, `_hparams_/${tag}`).message(8, empty).message(9, plugin('hparams', content))
}

function jsonValue(value: unknown): Message {
  if (typeof value === 'number') return new Message().double(2, value)
  if (typeof value === 'boolean') return new Message().int(4, value ? 1 : 0)
  return new Message().text(3, typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)))
}

/** Counts of bins, and what their middles say of the values in them. */
function histogram({ edges, counts }: Extract<Note, { type: 'histogram' }>): Message {
  const middles = counts.map((_, i) => (edges[i]! + edges[i + 1]!) / 2)
  const sum = (of: (i: number) => number) => counts.reduce((sum, count, i) => sum + count * of(i), 0)
  return new Message()
    .double(1, edges[0]!)
    .double(2, edges.at(-1)!)
    .double(
      3,
      sum(() => 1),
    )
    .double(
      4,
      sum(i => middles[i]!),
    )
    .double(
      5,
      sum(i => middles[i]! ** 2),
    )
    .packedDoubles(6, edges.slice(1))
    .packedDoubles(7, counts)
}
