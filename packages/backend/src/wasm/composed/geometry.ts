import { plainError } from '@onecycle/platform'
import { backend_util } from '@tensorflow/tfjs-core'

type Pair = [number, number]

/** What every convolution gradient is told about its forward pass. */
export interface ConvolutionAttrs {
  readonly strides: Pair | number
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding
  readonly dataFormat?: 'NHWC' | 'NCHW'
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
  readonly dilations?: Pair | number
}

/**
 * The shapes and paddings of the forward convolution that a gradient belongs to.
 *
 * @throws Error for NCHW, which the wasm backend cannot convolve either, and for dilation, which has no gradient in TensorFlow.js.
 */
export function geometry(
  kernelName: string,
  inShape: number[],
  filterShape: number[],
  attrs: ConvolutionAttrs,
  depthwise = false,
) {
  const { strides, pad, dataFormat = 'NHWC', dimRoundingMode, dilations = 1 } = attrs
  if (dataFormat !== 'NHWC') {
    throw plainError(
      'channels-last',
      `wasm backend ${kernelName} does not support dataFormat '${dataFormat}'. Use 'NHWC' (channels last).`,
    )
  }
  if ([dilations].flat().some(rate => rate > 1)) {
    throw plainError('no-gradient', `${kernelName}: no gradient for dilation rates greater than 1; got [${[dilations].flat()}].`)
  }
  const [inputs, filters] = [inShape as [number, number, number, number], filterShape as [number, number, number, number]]
  return backend_util.computeConv2DInfo(inputs, filters, strides, 1, pad, dimRoundingMode, depthwise)
}

export type Geometry = ReturnType<typeof geometry>
