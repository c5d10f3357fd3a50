/** What a key of a job takes. */
export interface Key {
  readonly type: 'text' | 'number' | 'whole' | 'choice' | 'texts' | 'numbers' | 'object' | 'any'
  readonly description: string
  readonly choices?: readonly string[]
  /** Of numbers: the least, or what it has to be above. */
  readonly min?: number
  readonly above?: number
  readonly below?: number
  /** Words that are taken beside numbers. */
  readonly words?: readonly string[]
  /** What stands for it where it is not given, for help. */
  readonly default?: string | number
}

export const policies = ['one_cycle', 'flat_cos', 'cosine', 'clr', 'constant'] as const

/** What data is, and how it is read: keys of all commands that read some. */
const dataKeys = {
  data: {
    type: 'text',
    description:
      'a table (.csv, .tsv, .jsonl, .parquet, .arrow), a folder with a folder of pictures or texts for each class, or mnist, mnist_sample, iris, penguins, cars',
  },
  kind: { type: 'choice', choices: ['table', 'images', 'texts'], description: 'what the data is', default: 'as it looks' },
  y: { type: 'texts', description: 'the column that is predicted, or several (of a table)' },
  text: { type: 'text', description: 'the column that holds texts (of a table of texts)' },
  label_delim: { type: 'text', description: 'what stands between the labels of a cell' },
  valid_pct: { type: 'number', above: 0, below: 1, description: 'part to validate on', default: 0.2 },
  bs: { type: 'whole', min: 1, description: 'samples in a batch', default: '64, or fewer' },
  size: { type: 'whole', min: 1, description: 'height and width of pictures, in pixels', default: 'as they are' },
  seed: { type: 'whole', min: 0, description: 'decides all that is random', default: 42 },
} as const satisfies Record<string, Key>

const modelKeys = {
  model: {
    type: 'text',
    description: 'tabular, mlp, simple_cnn, resnet9, resnet18, resnet34, conv or gru',
    default: 'as the data is',
  },
  layers: { type: 'numbers', min: 1, description: 'units of hidden layers (tabular, mlp) or channels (simple_cnn)' },
  metrics: { type: 'texts', description: 'figures of validation, by name', default: 'as the target is' },
  optimizer: { type: 'text', description: 'by name, such as adam or sgd', default: 'adam' },
  wd: { type: 'number', min: 0, description: 'weight decay', default: "the optimizer's" },
} as const satisfies Record<string, Key>

const fitKeys = {
  epochs: { type: 'whole', min: 1, description: 'passes over the data', default: 5 },
  lr: {
    type: 'number',
    above: 0,
    words: ['auto'],
    description: 'the highest learning rate, or auto: what lr_find suggests',
    default: 'auto',
  },
  policy: { type: 'choice', choices: policies, description: 'how the rate changes', default: 'one_cycle' },
} as const satisfies Record<string, Key>

/** All keys of a job, of a config file as of the command line. */
export const keys = { ...dataKeys, ...modelKeys, ...fitKeys } as const

export type KeyName = keyof typeof keys

/** Keys under the headings of help. */
export const keyGroups: Readonly<Record<string, readonly KeyName[]>> = {
  'Data:': Object.keys(dataKeys) as KeyName[],
  'Model:': Object.keys(modelKeys) as KeyName[],
  'Training:': Object.keys(fitKeys) as KeyName[],
}

/** The keys that a command has. */
export const keysOf = {
  data: Object.keys(dataKeys) as KeyName[],
  model: Object.keys({ ...dataKeys, ...modelKeys }) as KeyName[],
  train: Object.keys(keys) as KeyName[],
}

/** What is to be done, as a config file says it. */
export interface Job {
  data: string
  kind?: 'table' | 'images' | 'texts'
  y?: readonly string[]
  text?: string
  label_delim?: string
  valid_pct?: number
  bs?: number
  size?: number
  seed?: number
  model?: string
  layers?: readonly number[]
  metrics?: readonly string[]
  optimizer?: string
  wd?: number
  epochs?: number
  lr?: number | 'auto'
  policy?: (typeof policies)[number]
}

/** What a key takes, for messages. */
export function expected({ type, choices, min, above, below, words }: Key): string {
  const bounds = [
    min !== undefined && `of at least ${min}`,
    above !== undefined && `above ${above}`,
    below !== undefined && `below ${below}`,
  ].filter(Boolean)
  const number = `${type === 'whole' ? 'a whole number' : 'a number'} ${bounds.join(' and ')}`.trim()
  if (type === 'choice') return `one of ${choices!.join(', ')}`
  if (type === 'object') return 'keys with where their values come from, such as lr: { logUniform: [1e-4, 1e-1] }'
  if (type === 'text') return 'a text'
  if (type === 'texts') return 'a text, or a list of texts'
  if (type === 'numbers') return `a list of whole numbers of at least ${min}`
  return [...(words ?? []), number].join(', or ')
}
