import { type Command, Option } from 'commander'
import { eachNumber, oneOfWordsOrNumber, texts, wholeNumber } from '../options.js'
import { type Key, type KeyName, keyGroups, keys } from './keys.js'

/** Gives a command an option for each of these keys, in groups, and one for a file of them. */
export function addKeys(command: Command, names: readonly KeyName[]): Command {
  for (const [heading, group] of Object.entries(keyGroups))
    for (const name of group) if (names.includes(name)) command.addOption(optionOf(name, keys[name]).helpGroup(heading))
  const file = new Option('--config <file>', 'a file of JSON or YAML with the same keys; the command line goes before it')
  return command.addOption(file.helpGroup('Options:'))
}

function optionOf(name: string, key: Key): Option {
  const { type, description, choices, min = 0, words = [], default: value } = key
  const text = value === undefined ? description : `${description} (default: ${value})`
  const option = new Option(`--${name} <${placeholder(key)}>`, text)
  if (type === 'choice') return option.choices([...choices!])
  if (type === 'text') return option
  if (type === 'texts') return option.argParser(texts)
  if (type === 'numbers') return option.argParser(eachNumber)
  return option.argParser(type === 'whole' ? wholeNumber(min) : oneOfWordsOrNumber(words, key))
}

function placeholder({ type, words }: Key): string {
  if (words) return `${words.join('|')}|n`
  return {
    text: 'text',
    choice: 'name',
    texts: 'names',
    numbers: 'numbers',
    number: 'n',
    whole: 'n',
    object: 'keys',
    any: 'value',
  }[type]
}
