/// Answers with some of their bytes changed, the same for the same seed.
enum Garbage {
  static func spoilt(_ answer: ScriptedServer.Answer, _ seed: UInt64, _ line: String) -> ScriptedServer.Answer {
    guard case .say(let text) = answer else { return answer }
    var state = line.utf8.reduce(seed &* 0x9E37_79B9_7F4A_7C15 &+ 1) { ($0 ^ UInt64($1)) &* 0x0100_0000_01B3 }
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % max(1, limit)
    }
    var scalars = Array(text.unicodeScalars)
    // One answer of three stays as it is, so that the dialogue gets somewhere.
    guard next(3) > 0 else { return answer }
    for _ in 0...next(3) {
      let place = next(scalars.count)
      switch next(4) {
      case 0: scalars[place] = Unicode.Scalar(UInt8(next(128)))
      case 1: scalars.remove(at: place)
      case 2: scalars.insert(contentsOf: Array("{99999999999}\r\n".unicodeScalars), at: place)
      default: scalars.insert(Unicode.Scalar(UInt8(next(128))), at: place)
      }
      if scalars.isEmpty { return .nothing }
    }
    var spoilt = String.UnicodeScalarView()
    spoilt.append(contentsOf: scalars)
    return .say(String(spoilt))
  }
}
