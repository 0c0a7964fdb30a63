import FlowCore
import FlowPlugin
import FlowTime

extension Write {
  /// Whoever opts out is not written to again, nor whoever complains (guarantee 17).
  /// - Parameters:
  ///   - contact: nil for that of the run.
  ///   - channel: nil for the one by which the run touched them last; where there is none, all.
  ///   - run: which they opted out of, where that is known.
  static func optOut(
    of contact: [String]? = nil, from channel: String?, by run: RunRecord?, isComplaint: Bool, at instant: Instant
  ) -> Write {
    .suppress(
      contact: contact ?? ContactIdentity.all(of: run?.run.data["contact"] ?? .absent),
      channel: channel ?? run?.run.lastTouchVerb ?? "all", at: instant,
      because: (isComplaint ? Allowance.complaint : "")
        + (run.map { "\($0.workflow), run \($0.id)" } ?? "an event says so"))
  }
}

extension Event.Kind {
  /// Nil where nobody opts out by it; else the channel that it names, and whether it is a complaint.
  var optOut: (channel: String?, isComplaint: Bool)? {
    switch self {
    case .unsubscribe(let channel): (channel, false)
    case .complaint(let channel): (channel, true)
    default: nil
    }
  }
}
