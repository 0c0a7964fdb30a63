import FlowTime

/// flow.yaml. Without the file everything has a default that sends nothing.
public struct Project: Sendable, Hashable {
  public struct Channel: Sendable, Hashable {
    /// The name under `channels:`; a stranger's channel is called by it.
    public var name: String
    /// `plugin: email`; the name by default.
    public var plugin: String?
    /// `exec: ./fax.py`: a program that speaks frames; relative to the project's folder.
    public var exec: String?
    /// Everything else, as written, secrets (`${NAME}`, `file: PATH`) not yet resolved.
    public var settings: [Setting]
    public var span: Span
    public init(
      name: String, plugin: String? = nil, exec: String? = nil, settings: [Setting] = [], span: Span
    ) {
      self.name = name
      self.plugin = plugin
      self.exec = exec
      self.settings = settings
      self.span = span
    }

    public func setting(_ name: String) -> Setting? { settings.first { $0.name == name } }
  }

  public struct Setting: Sendable, Hashable {
    public var name: String
    public var text: String
    public var span: Span
    public init(name: String, text: String, span: Span) {
      self.name = name
      self.text = text
      self.span = span
    }
  }

  public var timezone: String?
  /// Defaults for a file's `policy`.
  public var policy: PolicyDefaults
  public var calendars: [String: HolidayCalendar]
  public var caps: Caps?
  /// Units a day, by verb.
  public var capacity: [String: Int]
  public var store: String
  public var severity: [String: Severity]
  /// They hold in every file.
  public var guarantees: [Guarantee]
  public var channels: [Channel]
  /// Path of flow.yaml, where there is one.
  public var file: String?

  public struct PolicyDefaults: Sendable, Hashable {
    public var window: Window?
    public var business: WeekdaySet?
    public var holidays: HolidayCalendar?
    public var gap: Duration?
    public var maxTouches: Int?
    public init(
      window: Window? = nil, business: WeekdaySet? = nil, holidays: HolidayCalendar? = nil,
      gap: Duration? = nil,
      maxTouches: Int? = nil
    ) {
      self.window = window
      self.business = business
      self.holidays = holidays
      self.gap = gap
      self.maxTouches = maxTouches
    }
  }

  public init(
    timezone: String? = nil, policy: PolicyDefaults = PolicyDefaults(),
    calendars: [String: HolidayCalendar] = [:],
    caps: Caps? = nil, capacity: [String: Int] = [:], store: String = "flow.db",
    severity: [String: Severity] = [:],
    guarantees: [Guarantee] = [], channels: [Channel] = [], file: String? = nil
  ) {
    self.timezone = timezone
    self.policy = policy
    self.calendars = calendars
    self.caps = caps
    self.capacity = capacity
    self.store = store
    self.severity = severity
    self.guarantees = guarantees
    self.channels = channels
    self.file = file
  }
}
