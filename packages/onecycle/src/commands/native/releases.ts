/** For the processor, or for NVIDIA's graphics processors too. */
export type NativeKind = 'cpu' | 'gpu'

/** A file of PyPI: whoever's mirror it comes from, it is this one. */
export interface Wheel {
  /** As pip takes it. */
  readonly requirement: string
  readonly sha256: string
  /** Size of the download, in MiB. */
  readonly MiB: number
}

/** A TensorFlow whose C API tfjs-node was run on. */
export interface Release {
  readonly tensorflow: string
  /** TensorFlow itself, by what it is for. */
  readonly wheels: Readonly<Record<NativeKind, Wheel>>
  /** What of it is kept, unpacked, in MiB. */
  readonly unpacked: Readonly<Record<NativeKind, number>>
  /** NVIDIA's libraries that it opens by name, and what they take unpacked. */
  readonly cuda: readonly Wheel[]
  readonly cudaUnpacked: number
  /** What it was built with, and the oldest driver for that. */
  readonly needs: { readonly cuda: string; readonly driver: number }
}

/** The package that is installed, of which there will be no other version. */
export const version = '4.22.0'

export const packages: Readonly<Record<NativeKind, string>> = { cpu: '@tensorflow/tfjs-node', gpu: '@tensorflow/tfjs-node-gpu' }

const wheel = (requirement: string, MiB: number, sha256: string): Wheel => ({ requirement, MiB, sha256 })

/** The first is what tfjs-node was made for. */
export const releases: readonly [Release, ...Release[]] = [
  {
    tensorflow: '2.9.1',
    wheels: {
      cpu: wheel('tensorflow-cpu==2.9.1', 198, '6666ddeae45e1f41da788cb4bdea3435aba16edb0bc17b7ac00631c7c9eb052e'),
      gpu: wheel('tensorflow==2.9.1', 488, 'add2f4e55fd7209a5cb01d815364adc9827184d74a83c2f1616c72be2e85c8b7'),
    },
    unpacked: { cpu: 485, gpu: 926 },
    // Not those of CUDA 11.2, which know no processor of today.
    cuda: [
      wheel('nvidia-cuda-runtime-cu11==11.8.89', 1, '92d04069a987e1fbc9213f8376d265df0f7bb42617d44f5eda1f496acea7f2d1'),
      wheel('nvidia-cublas-cu11==11.11.3.6', 399, '60252822adea5d0b10cd990a7dc7bedf7435f30ae40083c7a624a85a43225abc'),
      wheel('nvidia-cufft-cu11==10.9.0.58', 161, 'e21037259995243cc370dd63c430d77ae9280bedb68d5b5a18226bfc92e5d748'),
      wheel('nvidia-curand-cu11==10.3.0.86', 56, 'cd4cffbf78bb06580206b4814d5dc696d1161c902aae37b2bba00056832379e6'),
      wheel('nvidia-cusolver-cu11==11.4.1.48', 123, 'ea9fb1ad8c644ca9ed55af13cc39af3b7ba4c3eb5aef18471fe1fe77d94383cb'),
      wheel('nvidia-cusparse-cu11==11.7.5.86', 195, '8d7cf1628fd8d462b5d2ba6678fae34733a48ecb80495b9c68672ec6a6dde5ef'),
      wheel('nvidia-cudnn-cu11==8.9.6.50', 670, '319a8f7ca3d65139f1b69998595c7076ae0e4271a325e5dfde50a3ca31f55584'),
    ],
    cudaUnpacked: 2799,
    needs: { cuda: '11', driver: 450 },
  },
  {
    tensorflow: '2.18.1',
    wheels: {
      cpu: wheel('tensorflow-cpu==2.18.1', 219, '357506565b05154b4b1fa5f94cd2b34c74d8a6ed64091385a71c990626321164'),
      gpu: wheel('tensorflow==2.18.1', 587, '1f929842999d60e7da67743ae5204b477259f3b771c02e5e437d232267e49f18'),
    },
    unpacked: { cpu: 654, gpu: 1197 },
    // Those that TensorFlow itself asks for, without the compiler of CUDA.
    cuda: [
      wheel('nvidia-cublas-cu12==12.5.3.2', 347, 'ca070ad70e9fa6654084575d01bd001f30cc4665e33d4bb9fc8e0f321caa034b'),
      wheel('nvidia-cuda-cupti-cu12==12.5.82', 13, 'bde77a5feb66752ec61db2adfe47f56b941842825b4c7e2068aff27c9d107953'),
      wheel('nvidia-cuda-nvrtc-cu12==12.5.82', 24, '3dbd97b0104b4bfbc3c4f8c79cd2496307c89c43c29a9f83125f1d76296ff3fd'),
      wheel('nvidia-cuda-runtime-cu12==12.5.82', 1, '3e79a060e126df40fd3a068f3f787eb000fa51b251ec6cd97d09579632687115'),
      wheel('nvidia-cudnn-cu12==9.3.0.75', 550, '9ad9c6929ebb5295eb4a1728024666d1c88283373e265a0c5c883e6f9d5cd76d'),
      wheel('nvidia-cufft-cu12==11.2.3.61', 184, '9a6e8df162585750f61983a638104a48c756aa13f9f48e19ab079b38e3c828b8'),
      wheel('nvidia-curand-cu12==10.3.6.82', 54, '2823fb27de4e44dbb22394a6adf53aa6e1b013aca0f8c22867d1cfae58405536'),
      wheel('nvidia-cusolver-cu12==11.6.3.83', 124, '93cfafacde4428b71778eeb092ec615a02a3d05404da1bcf91c53e3fa1bce42b'),
      wheel('nvidia-cusparse-cu12==12.5.1.3', 207, '016df8e993c437e8301e62739f01775cba988fd5253cd4c64173f8e8d2f8e752'),
      wheel('nvidia-nccl-cu12==2.21.5', 180, '8579076d30a8c24988834445f8d633c697d42397e92ffc3f63fa26766d25e0a0'),
      wheel('nvidia-nvjitlink-cu12==12.5.82', 20, 'f9b37bc5c8cf7509665cb6ada5aaa0ce65618f2332b7d3e78e9790511f111212'),
    ],
    cudaUnpacked: 2619,
    needs: { cuda: '12', driver: 525 },
  },
]
