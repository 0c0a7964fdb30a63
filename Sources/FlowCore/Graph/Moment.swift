import FlowTime

/// When: an instant or a duration as an author writes it, resolved when the run comes to it (language,
/// section 4).
public struct Moment: Hashable, Sendable {
  public enum Base: Hashable, Sendable {
    /// The instant at which the run came to the step; the shift is the duration from there.
    case arrival
    /// N days after the run's start, same wall time.
    case day(Int)
    /// `09:00` or `mon 09:00`: the first strictly later than the arrival.
    case clock(Weekday?, CivilTime)
    /// A date or an instant: from data, a step's name, `event.time`, `run.started`.
    case expression(Expression)
    /// The date that an out-of-office names; unknown where it names none.
    case returnDate
  }

  public struct Shift: Hashable, Sendable {
    public var sign: Int
    public var duration: Duration
    public init(sign: Int, duration: Duration) {
      self.sign = sign
      self.duration = duration
    }
  }

  public var base: Base
  public var shift: Shift?
  /// `at HH:MM`: the wall time on the day that base and shift name.
  public var time: CivilTime?
  /// The base is a field of the input or of an event, so the instant may lie in the past and `if-past` says
  /// what then.
  public var isData: Bool
  /// As written.
  public var text: String

  public init(base: Base, shift: Shift? = nil, time: CivilTime? = nil, isData: Bool = false, text: String) {
    self.base = base
    self.shift = shift
    self.time = time
    self.isData = isData
    self.text = text
  }

  /// DURATION from the arrival.
  public static func after(_ duration: Duration, text: String) -> Moment {
    Moment(base: .arrival, shift: Shift(sign: 1, duration: duration), text: text)
  }

  /// Counted from when the run came to the step: it stays when data change.
  public var isRelative: Bool {
    switch base {
    case .arrival, .clock: true
    case .day, .expression, .returnDate: false
    }
  }
}

/// `hold …`: what the run waits for moves to the later of its due and an instant.
public struct Hold: Hashable, Sendable {
  public enum Until: Hashable, Sendable {
    case moment(Moment)
    /// An event of the run, and a duration after it.
    case event(String, Duration?)
  }

  /// Nil for `hold DURATION`.
  public var until: Until?
  /// From now; serves where the instant is unknown or has passed, and bounds the wait for an event.
  public var fallback: Duration?
  public var text: String
  public var span: Span
  /// Where a case is itself a hold: the number under which its event is in scope (`event.…` in `until`), as
  /// that of a list of steps would be. Nil for a step.
  public var slot: Int?

  public init(until: Until?, fallback: Duration?, text: String, span: Span, slot: Int? = nil) {
    self.slot = slot
    self.until = until
    self.fallback = fallback
    self.text = text
    self.span = span
  }
}
