// What a page loads before it starts is counted by the byte: TensorFlow.js's own way stays, but for networks that `sequence_model` makes.
export {}
