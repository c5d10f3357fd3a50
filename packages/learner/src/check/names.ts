import { nearestName } from '@onecycle/platform'

const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** What a name in a table asks for, however it is written: `categorical_crossentropy` is `categoricalCrossentropy`. */
export function lookUp<Value>(table: Readonly<Record<string, Value>>): (name: string) => Value | undefined {
  const byName = new Map(Object.entries(table).map(([name, value]) => [plain(name), value]))
  return name => byName.get(plain(name))
}

/** What a message says where a name is in no table: the one that was probably meant, and all that there are. */
export function namesHint(name: string, table: object): string {
  const known = Object.keys(table)
  const nearest = nearestName(name, known)
  return `${nearest ? `Did you mean '${nearest}'? ` : ''}The names are ${known.join(', ')}`
}
