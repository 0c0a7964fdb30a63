import FlowCore
import FlowTime

/// Instants as an author writes them, as so much after one that is kept.
extension Ground {
  /// An instant as so much after one that is kept; nil where nothing is known of it.
  struct Place {
    var base: Int
    var span: Differences.Span
    /// At a time of day at which no clock is changed, wherever the base lies.
    var isSteady: Bool
  }

  func place(_ moment: Moment) -> Place? {
    let shift = moment.shift.map { stretches.span(of: $0) }
    var place: Place
    switch moment.base {
    case .arrival:
      // No sum, so as exact as the duration itself.
      place = Place(base: Self.now, span: shift ?? .now, isSteady: false)
      return moment.time == nil ? place : onItsDay(place)
    case .returnDate: return nil
    case .clock(let weekday, let time):
      place = Place(
        base: Self.now, span: .init(1, (weekday == nil ? 1 : 7) * Distance.day, slack: 1),
        isSteady: Stretches.isSteady(time))
      place.span.least = Distance(-1)
    case .day(let number):
      let days = Differences.Span(Int64(number) * Distance.day, Int64(number) * Distance.day)
      guard let time = moment.time, let base = instants[.dayOfStart(time)] else {
        place = Place(base: Self.anchor, span: days, isSteady: false)
        if moment.time != nil { place = onItsDay(place) }
        break
      }
      // `day N + DURATION at`: the time is named after the shift, on the same axis of whole days.
      let isWhole = shift.map { $0.least.isWholeDays && $0.most.isWholeDays } ?? true
      guard isWhole else {
        return onItsDay(Place(base: Self.anchor, span: shift.map(days.plus) ?? days, isSteady: false))
      }
      place = Place(base: base, span: days, isSteady: Stretches.isSteady(time))
      if let shift { place.span = place.span.plus(shift) }
      return place
    case .expression(let expression):
      guard let known = base(of: expression, moment) else { return nil }
      let span = shift ?? .now
      if case .data(_, let time?)? = known.instant {
        let isWhole = span.least.isWholeDays && span.most.isWholeDays
        guard isWhole else { return nil }
        return Place(base: known.index, span: span, isSteady: Stretches.isSteady(time))
      }
      place = Place(base: known.index, span: span, isSteady: false)
      return moment.time == nil ? place : onItsDay(place)
    }
    if let shift { place.span = place.span.plus(shift) }
    return moment.time == nil ? place : onItsDay(place)
  }

  /// The very instant that a moment counts from, where it is kept.
  func instant(_ moment: Moment) -> Int? {
    switch moment.base {
    case .arrival: return Self.now
    case .expression(let expression):
      let known = base(of: expression, moment)
      if case .data? = known?.instant { return nil }
      return known?.index
    default: return nil
    }
  }

  /// A time of a day that data name is no less certain for what the day is.
  func steady(_ instant: Instant, _ index: Int, _ time: inout Differences) {
    if case .data(_, let clock?) = instant { time.setSteady(index, Stretches.isSteady(clock)) }
  }

  /// `at HH:MM` on the day of an instant: up to a day before or after it.
  private func onItsDay(_ place: Place) -> Place {
    Place(
      base: place.base, span: place.span.plus(.init(-Distance.day, Distance.day, slack: 1)), isSteady: false)
  }

  private func base(of expression: Expression, _ moment: Moment) -> (index: Int, instant: Instant?)? {
    guard let use = expression.reading else { return nil }
    switch use.name {
    case .runStarted: return (Self.start, nil)
    case .step(let node): return instants[.step(node)].map { ($0, .step(node)) }
    case .eventTime(let slot): return instants[.led(slot)].map { ($0, .led(slot)) }
    case .input:
      let instant = Instant.data(expression.canonical, moment.time ?? (expression.isDate ? .midnight : nil))
      return instants[instant].map { ($0, instant) }
    default: return nil
    }
  }

  /// Whether a moment changes where a field of data does.
  static func depends(_ moment: Moment?, on root: String) -> Bool {
    guard let moment, !moment.isRelative else { return false }
    // Hours of a window are counted where the contact is.
    if root == "contact", case .businessHours? = moment.shift?.duration.kind { return true }
    guard case .expression(let expression) = moment.base else { return false }
    return expression.uses.contains { $0.name == .input(root) }
  }
}

extension Expression {
  var isDate: Bool { type.present == .date }
}
