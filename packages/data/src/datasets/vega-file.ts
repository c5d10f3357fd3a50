import type { Kinds } from '@onecycle/platform'
import { packageFolder } from '#data/locate.js'
import { type TabularOptions, tabularKinds } from '../table/tabular-options.js'
import { readChecked } from './checked.js'
import { type Address, folderKind, inFolder } from './folder.js'

/** Options of a {@link TabularDataBunch}, whose columns are known. */
export interface TabularDatasetOptions extends Omit<TabularOptions, 'y' | 'target' | 'label_delim'> {
  /** Where the file lies: a path or another address. Default: in the npm package `vega-datasets`; a page has none. */
  folder?: Address | undefined
}

const { y: _y, target: _target, label_delim: _delim, ...kinds } = tabularKinds
export const tabularDatasetKinds: Kinds<TabularDatasetOptions> = { ...kinds, folder: folderKind }

/** The data of a file that `vega-datasets` 3.2.1 has. */
export async function vegaFile(file: string, sha256: string, folder?: Address): Promise<Uint8Array<ArrayBuffer>> {
  return readChecked(inFolder(folder ?? packageFolder('vega-datasets', 'data'), file), sha256, 'vega-datasets 3.2.1')
}
