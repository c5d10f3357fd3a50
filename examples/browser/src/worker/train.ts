// The worker: everything that takes time happens here.
import { diagnose, type History, type Learner, type LrFindResult } from 'onecycle'
import { messages, serve, transfer } from 'onecycle/worker'
import { type BackendChoice, offerWebgl, startBackend } from './backend.js'
import { digitsLearner, exampleOf } from './digits.js'
import { readTable } from './read-table.js'
import { type ColumnInfo, describeColumns, type Encoded, encode, type Table } from './table.js'
import { tableLearner } from './table-learner.js'
import { tableResult } from './table-result.js'

export interface Fit {
  way: 'fit' | 'fit_one_cycle'
  epochs: number
  lr: number
  /** Epochs that are done already, of a fit that was saved in between. */
  start_epoch?: number
}

export type Options = { backend: BackendChoice; seed: number; fit?: Fit } & (
  | { task: 'digits'; folder: string }
  | { task: 'table'; target: string }
)

export interface Trained {
  history: History
  /** Of the fit alone. */
  seconds: number
}

const own = messages<{ backend: { line: string; name: string }; loading: string }>()

let table: Table | undefined
let encoded: Encoded | undefined

async function create(options: Options): Promise<Learner> {
  own.send('loading', 'Starting the backend')
  const { line, name } = await startBackend(options.backend)
  own.send('backend', { line, name })
  if (options.task === 'digits') {
    own.send('loading', 'Loading the images')
    return digitsLearner(options)
  }
  if (!table) throw new Error('There is no table yet.')
  encoded = encode(table, options.target, options.seed)
  return tableLearner(encoded, options.seed)
}

async function run(learn: Learner, { fit }: Options): Promise<Trained> {
  const { way, epochs, lr, start_epoch = 0 } = fit!
  const began = performance.now()
  const history = await learn[way](epochs, lr, { start_epoch })
  return { history, seconds: (performance.now() - began) / 1000 }
}

export const served = serve({
  create,
  run,
  methods: {
    find: (learn): Promise<LrFindResult> => learn.lr_find(),
    figures: learn => learn.validate(),
    async save(learn, metadata: Record<string, string>) {
      const bytes = await learn.toBytes({ metadata })
      return transfer(bytes, [bytes.buffer])
    },
    async load(learn, file: Blob) {
      const metadata = await learn.metadataOf(file)
      await learn.load(file)
      return { metadata: metadata ?? {}, figures: await learn.validate() }
    },
    tableResult: learn => tableResult(learn, encoded!),
  },
  functions: {
    async doctor() {
      await offerWebgl()
      return diagnose()
    },
    async exampleOf(digit: number) {
      const pixels = await exampleOf(digit)
      return transfer(pixels, [pixels.buffer])
    },
    async readTable(file: Blob): Promise<{ columns: ColumnInfo[]; rows: number; first: string[][] }> {
      table = await readTable(file)
      return { columns: describeColumns(table), rows: table.rows.length, first: table.rows.slice(0, 3).map(row => [...row]) }
    },
  },
  messages: own,
})
