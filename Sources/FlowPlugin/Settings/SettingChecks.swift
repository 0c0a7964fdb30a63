import FlowCore
import FlowTime

/// Settings as channels of ours read them; what cannot be used is `ours`.
extension ChannelSettings {
  /// A setting that the channel does not know would be ignored in silence; with the nearest one that it knows.
  public func allowOnly(_ known: Set<String>) throws(ChannelError) {
    guard let name = values.keys.sorted().first(where: { !known.contains($0) }) else { return }
    let nearest = Spelling.nearest(to: name, in: known.sorted()).map { "; did you mean \($0):?" }
    throw ChannelError(.ours, "there is no setting \"\(HeaderText(name))\"\(nearest ?? "")")
  }

  /// `30 seconds`, `1 minute`: whole seconds, from 1 second to 10 minutes; `otherwise` where it is left out.
  public func seconds(_ name: String, otherwise: Int) throws(ChannelError) -> Int {
    guard let text = self[name] else { return otherwise }
    if let duration = try? Duration.parse(text), case .calendar(0, 0, let milliseconds) = duration.kind,
      (1000...600_000).contains(milliseconds)
    {
      return Int(milliseconds / 1000)
    }
    throw ChannelError(
      .ours, "\(name): \"\(HeaderText(text))\" is no time from 1 second to 10 minutes; write 1 minute")
  }

  /// A whole number within a range; nil where it is left out.
  public func number(_ name: String, of unit: String, _ range: ClosedRange<Int>) throws(ChannelError) -> Int? {
    guard let text = self[name] else { return nil }
    guard let number = Int(text), range.contains(number) else {
      let wanted = "whole number of \(unit) from \(range.lowerBound) to \(range.upperBound)"
      throw ChannelError(.ours, "\(name): \"\(HeaderText(text))\" is no \(wanted)")
    }
    return number
  }
}
