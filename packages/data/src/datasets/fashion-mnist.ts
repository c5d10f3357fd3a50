import { checkOptions, kind, plainError } from '@onecycle/platform'
import { type BunchOptions, bunchKinds, type DataBunch } from '../data-bunch.js'
import { type Address, folderKind } from './folder.js'
import { mnist } from './mnist.js'

/** What `datasets.fashionMnist` is given beside what every DataBunch is: channels, and the folder of its files. */
export interface FashionMnistOptions extends Omit<BunchOptions, 'classes'> {
  /** 1 for grey images, 3 to repeat the grey value as red, green and blue. Default 1. */
  channels?: 1 | 3 | undefined
  /** Where the four IDX files lie, plain or `.gz`: a path or another address. Default: where Debian's package `dataset-fashion-mnist` has them. */
  folder?: Address | undefined
}

const classes = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot']
const debian = '/usr/share/datasets/fashion-mnist'

/**
 * Pictures of clothes in the form of MNIST, and harder: 60,000 to train on and 10,000 to validate on, 28 x 28 x 1 with values in [0, 1].
 *
 * Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms"; MIT licence.
 *
 * @throws Error when the files are not there, or are truncated or foreign; TypeError for an unknown option
 *
 * @example
 * const data = await datasets.fashionMnist({ folder: 'fashion', bs: 128 })
 */
export async function fashionMnist(options: FashionMnistOptions = {}): Promise<DataBunch> {
  const { classes: _, ...kinds } = bunchKinds
  checkOptions<FashionMnistOptions>('datasets.fashionMnist', options, {
    ...{ ...kinds, channels: kind.choice(1, 3), folder: folderKind },
  })
  const { folder = debian, ...rest } = options
  return mnist({ ...rest, folder, classes }).catch(cause => {
    if (options.folder !== undefined || !/^There is no /.test(cause.message)) throw cause
    throw plainError(
      'dataset-missing',
      `Fashion-MNIST is not at ${debian}. Install Debian's package, apt install dataset-fashion-mnist, or give the folder of its four IDX files.`,
      { cause },
    )
  })
}
