import { readdir, stat } from 'node:fs/promises'
import { type DataBunch, datasets, ImageDataBunch, TabularDataBunch, TextDataBunch } from '@onecycle/data'
import { UsageError } from '../usage-error.js'
import type { Job } from './keys.js'

/** Data sets by name, which need their packages alone. */
const named: Readonly<Record<string, (job: Job) => Promise<DataBunch>>> = {
  mnist: ({ bs = 64, seed }) => datasets.mnist({ bs, seed }),
  mnist_sample: ({ bs = 64, seed }) => datasets.mnist_sample({ bs, seed }),
  iris: ({ bs = 16, seed, valid_pct }) => datasets.iris({ bs, seed, valid_pct }),
  penguins: ({ bs = 32, seed, valid_pct }) => datasets.penguins({ bs, seed, valid_pct }),
  cars: ({ bs = 32, seed, valid_pct }) => datasets.cars({ bs, seed, valid_pct }),
}

const tables = /\.(csv|tsv|jsonl?|ndjson|parquet|arrow|feather)(\.gz)?$/i
const pictures = /\.(png|jpe?g|webp)$/i
const texts = /\.txt$/i

/**
 * The data of a job, divided and with what it learns of the part that trains. Batches have 64 samples, unless the job says otherwise, or there
 * would be fewer than 8 of them in an epoch.
 *
 * @throws Error for what is not there, or is of no kind that is known; as the kinds of data do
 */
export async function dataOf(job: Job): Promise<DataBunch> {
  const kind = await kindOf(job)
  if (job.bs !== undefined || Object.hasOwn(named, job.data)) return read(kind, job, job.bs)
  const few = () => read(kind, job, 8)
  const data = await read(kind, job, 64).catch(error => {
    // Of fewer samples there is no whole batch.
    if (/drop_last/.test((error as Error).message)) return few()
    throw error
  })
  const { samples } = data.train_dl
  if (samples >= 64 * fewest || data.train_dl.batchSize === 8) return data
  return samples < 16 * fewest ? few() : read(kind, job, 2 ** Math.floor(Math.log2(samples / fewest)))
}

/** Batches of an epoch: with fewer of them a model takes too few steps. */
const fewest = 8

async function read(kind: Kind, job: Job, bs: number | undefined): Promise<DataBunch> {
  const { data: path, y, text, size, seed = 42, valid_pct = 0.2, label_delim } = job
  if (Object.hasOwn(named, path)) return named[path]!({ ...job, seed })
  const how = { bs, seed, valid_pct }
  if (kind === 'table') {
    const [only, ...more] = y ?? []
    if (only === undefined) throw new UsageError('job-column', `${path} is a table: say with --y which column is predicted.`)
    return TabularDataBunch.from_csv(path, { ...how, y: more.length > 0 ? y! : only, label_delim })
  }
  if (kind === 'texts') {
    if (!tables.test(path)) return TextDataBunch.from_folder(path, how)
    if (!y?.[0] || text === undefined)
      throw new UsageError(
        'job-column',
        `${path} is a table of texts: say with --text which column holds them, and with --y their labels.`,
      )
    return TextDataBunch.from_csv(path, { ...how, text_col: text, label_col: y.length > 1 ? y : y[0], label_delim })
  }
  if (tables.test(path))
    throw new UsageError('job-data', `${path} is no folder: pictures come from one with a folder for each class.`)
  return ImageDataBunch.from_folder(path, { ...how, ...(size !== undefined && { size }) })
}

type Kind = 'table' | 'images' | 'texts'

/** What data looks like it is. */
async function kindOf({ data: path, text, kind }: Job): Promise<Kind> {
  if (kind) return kind
  if (Object.hasOwn(named, path) || tables.test(path)) return text === undefined ? 'table' : 'texts'
  const there = await stat(path).catch(() => undefined)
  if (!there)
    throw new UsageError(
      'job-data',
      `There is no ${path}: --data takes a table, a folder, or one of ${Object.keys(named).join(', ')}.`,
    )
  if (!there.isDirectory())
    throw new UsageError(
      'job-data',
      `${path} is no table that is known by its ending: .csv, .tsv, .jsonl, .json, .parquet or .arrow. Say with --kind what it is.`,
    )
  const names = await readdir(path, { recursive: true })
  const count = (pattern: RegExp) => names.filter(name => pattern.test(name)).length
  const [ofPictures, ofTexts] = [count(pictures), count(texts)]
  if (ofPictures === 0 && ofTexts === 0)
    throw new UsageError(
      'job-data',
      `${path} holds neither pictures (.png, .jpg, .webp) nor texts (.txt), in a folder for each class.`,
    )
  return ofPictures >= ofTexts ? 'images' : 'texts'
}
