import FlowCore
import FlowTime

/// One thing that a step or a workflow says: what it means, and how it is written.
struct Facet: Hashable {
  var name: String
  /// The same for the same meaning.
  var meaning: String
  var shown: String

  init(_ name: String, _ meaning: String, shown: String? = nil) {
    self.name = name
    self.meaning = meaning
    self.shown = shown ?? meaning
  }

  init(_ name: String, _ expression: Expression) {
    self.init(name, expression.canonical, shown: expression.text)
  }

  init(_ name: String, _ template: Template) { self.init(name, template.canonical, shown: template.written) }

  init(_ name: String, _ moment: Moment) { self.init(name, moment.meaning, shown: moment.text) }
}

extension Template {
  /// As an author writes it.
  var written: String {
    pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .ask: "{{ ask }}"
      case .value(let expression, let filters):
        "{{ " + ([expression.text] + filters.map(\.rawValue)).joined(separator: " | ") + " }}"
      }
    }.joined()
  }
}

extension Moment {
  var meaning: String {
    let base: String =
      switch self.base {
      case .arrival: "arrival"
      case .day(let number): "day \(number)"
      case .clock(let weekday, let time): "\(weekday?.rawValue ?? "") \(time)"
      case .expression(let expression): expression.canonical
      case .returnDate: "return"
      }
    let shift = shift.map { "\($0.sign) \($0.duration.meaning)" } ?? ""
    return "\(base) \(shift) \(time?.description ?? "")"
  }
}

extension Duration {
  /// A week is seven days.
  var meaning: String {
    switch kind {
    case .calendar(let months, let days, let milliseconds): "\(months) \(days) \(milliseconds)"
    case .businessDays(let count): "\(count) business days"
    case .businessHours(let count): "\(count) business hours"
    }
  }
}

extension Hold {
  var meaning: String {
    let until: String =
      switch self.until {
      case nil: ""
      case .moment(let moment): moment.meaning
      case .event(let event, let duration): "\(event) \(duration?.meaning ?? "")"
      }
    return "hold \(until), \(fallback?.meaning ?? "")"
  }
}
