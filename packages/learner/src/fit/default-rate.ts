/** fastai 1's rate, where none is given. */
export const defaultRate = 3e-3
