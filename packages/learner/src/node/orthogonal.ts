import '../model/orthogonal.js'
