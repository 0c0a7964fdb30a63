/// How a channel of ours hands over, by its settings: into the folder unless they say `send: true`.
public enum Sending<Service: Sendable>: Sendable {
  case folder(FolderDelivery)
  case real(Service)
  /// It should be for real, and a setting is empty: most often a variable that is not set where this runs. Files are
  /// checked and dry-run without secrets; a delivery is ours to put right.
  case unset(because: String)

  /// `make` is asked for what sends where everything is there for it.
  public init(
    _ settings: ChannelSettings, make: (ChannelSettings) throws(ChannelError) -> Service
  ) throws(ChannelError) {
    if try !settings.sends {
      self = .folder(FolderDelivery(settings))
    } else if let name = settings.values.filter({ $0.value.isEmpty }).keys.min() {
      self = .unset(because: "\(name): is empty; is its variable set?")
    } else {
      self = .real(try make(settings))
    }
  }

  /// Nil unless deliveries leave for real.
  public var service: Service? {
    if case .real(let service) = self { return service }
    return nil
  }

  public func deliver(
    _ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker,
    by send: (Service) async -> Receipt
  ) async -> Receipt {
    switch self {
    case .folder(let folder): await folder.deliver(rendering, key: key, marker: marker)
    case .real(let service): await send(service)
    case .unset(let because): .ours(because: because)
    }
  }
}
