/// A text with its places marked by `1️⃣` to `9️⃣`, found by counting here and not by what is tested.
struct Marked {
  let text: String
  /// `LINE:COLUMN`, both from 1, columns in Unicode scalars, by the mark.
  let places: [String: String]

  init(_ marked: String) {
    var text = String.UnicodeScalarView()
    var places: [String: String] = [:]
    var (line, column) = (1, 1)
    let scalars = Array(marked.unicodeScalars)
    var at = 0
    while at < scalars.count {
      if at + 2 < scalars.count, scalars[at + 1] == "\u{FE0F}", scalars[at + 2] == "\u{20E3}" {
        places[String(String.UnicodeScalarView(scalars[at...at + 2]))] = "\(line):\(column)"
        at += 3
        continue
      }
      text.append(scalars[at])
      (line, column) = scalars[at] == "\n" ? (line + 1, 1) : (line, column + 1)
      at += 1
    }
    self.text = String(text)
    self.places = places
  }
}
