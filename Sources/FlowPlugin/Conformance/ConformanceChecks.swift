import FlowCore
import FlowTime

extension ChannelConformance {
  @Sendable func rendersTwice(_ channel: any Channel) async -> Check.Outcome {
    let delivery = samples.plain
    switch (await render(delivery, by: channel), await render(delivery, by: channel)) {
    case (.rendering(let one), .rendering(let two)): return one == two ? .passed : .failed("the two differ")
    case (.refused(let error), _), (_, .refused(let error)): return .failed("refused: \(error.text)")
    default: return tooLate
    }
  }

  @Sendable func rendersWhole(_ channel: any Channel) async -> Check.Outcome {
    let rendering: Rendering
    switch await render(samples.plain, by: channel) {
    case .rendering(let done): rendering = done
    case .refused(let error): return .failed("refused: \(error.text)")
    case .tooLate: return tooLate
    }
    return RenderingRules.problem(rendering, manifest).map { .failed($0) } ?? .passed
  }

  /// What came from data is seen as it is, stars and brackets included.
  @Sendable func keepsValues(_ channel: any Channel) async -> Check.Outcome {
    guard let main = manifest.main else { return .skipped("it has no main text") }
    let value = "*a* <b>b</b> [c](d) {{ e }}"
    switch await render(samples.saying(value, in: main), by: channel) {
    case .rendering(let rendering):
      let isShown = rendering.shown.contains { $0.text.contains(value) }
      return isShown ? .passed : .failed("\"\(value)\" is not among what is shown")
    case .refused(let error): return .failed("refused: \(error.text)")
    case .tooLate: return tooLate
    }
  }

  @Sendable func carriesOddText(_ channel: any Channel) async -> Check.Outcome {
    for text in SampleDeliveries.oddTexts {
      if let problem = await problem(with: samples.everywhere(text), by: channel) { return problem }
    }
    return .passed
  }

  @Sendable func carriesLongText(_ channel: any Channel) async -> Check.Outcome {
    for text in SampleDeliveries.longTexts {
      if let problem = await problem(with: samples.everywhere(text), by: channel) { return problem }
    }
    return .passed
  }

  /// Carried or refused, both in time; what is carried keeps the rules.
  private func problem(with delivery: Delivery, by channel: any Channel) async -> Check.Outcome? {
    switch await render(delivery, by: channel) {
    case .rendering(let rendering):
      // Beyond max-bytes the engine refuses it.
      if rendering.payload.count > manifest.maxBytes { return nil }
      return RenderingRules.problem(rendering, manifest).map { .failed($0) }
    case .refused(let error):
      // Data are no fault of ours, and a refusal is a sentence.
      if error.text.isEmpty { return .failed("refused without a reason") }
      return error.kind == .unknown ? .failed("nothing had been sent, so nothing can be unknown") : nil
    case .tooLate: return tooLate
    }
  }

  @Sendable func refusesAddresses(_ channel: any Channel) async -> Check.Outcome {
    if manifest.address == .none { return .skipped("it has no address") }
    for address in SampleDeliveries.badAddresses(manifest.address) {
      switch await render(samples.to(address), by: channel) {
      case .refused(let error) where error.kind == .permanent: continue
      case .refused(let error):
        return .failed(
          "\(JSONValue.string(address).write()) is refused as \"\(error.kind.rawValue)\", not as \"permanent\": "
            + error.text)
      case .rendering: return .failed("took \(JSONValue.string(address).write())")
      case .tooLate: return tooLate
      }
    }
    return .passed
  }

  @Sendable func actsOnce(_ channel: any Channel) async -> Check.Outcome {
    guard case .rendering(let rendering) = await render(samples.plain, by: channel) else {
      return .failed("there is nothing to hand over")
    }
    let key = ChannelConformance.keys[0]
    let first = await timed { await channel.deliver(rendering, key: key) }
    let second = await timed { await channel.deliver(rendering, key: key) }
    guard let first, let second else { return tooLate }
    guard case .accepted(let one) = first, case .accepted(let two) = second else {
      return .failed("handed over twice: \(first), then \(second)")
    }
    if one != two, manifest.keyed { return .failed("accepted twice, as \"\(one)\" and as \"\(two)\"") }
    let other = await timed { await channel.deliver(rendering, key: ChannelConformance.keys[1]) }
    guard let other else { return tooLate }
    guard case .accepted(let three) = other else { return .failed("another key: \(other)") }
    return three == one && !one.isEmpty
      ? .failed("another message, under another key, has the same id \"\(one)\": each has its own, or none")
      : .passed
  }

  @Sendable func marksOnce(_ channel: any Channel) async -> Check.Outcome {
    guard case .rendering(let rendering) = await render(samples.plain, by: channel) else {
      return .failed("there is nothing to hand over")
    }
    let marks = Marks()
    let key = ChannelConformance.keys[2]
    guard let receipt = await timed({ await channel.deliver(rendering, key: key) { await marks.mark(true) } })
    else { return tooLate }
    guard case .accepted = receipt else { return .failed("handed over: \(receipt)") }
    let count = await marks.count
    return count == 1 ? .passed : .failed("marked \(count) times")
  }

  @Sendable func staysBack(_ channel: any Channel) async -> Check.Outcome {
    guard case .rendering(let rendering) = await render(samples.plain, by: channel) else {
      return .failed("there is nothing to hand over")
    }
    let marks = Marks()
    let key = IdempotencyKey("conformance-4")
    guard let first = await timed({ await channel.deliver(rendering, key: key) { await marks.mark(false) } })
    else { return tooLate }
    let count = await marks.count
    if count != 1 { return .failed("asked \(count) times whether it may leave") }
    guard case .temporary = first else { return .failed("told that it must not leave: \(first)") }
    return .passed
  }

  @Sendable func polls(_ channel: any Channel) async -> Check.Outcome {
    if manifest.inbound != .poll { return .skipped("it is not polled") }
    let result = await timed { () -> Result<Inbound, ChannelError> in
      do throws(ChannelError) {
        return .success(try await channel.poll(since: nil))
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success?: return .passed
    case .failure(let error)?: return .failed(error.text)
    case nil: return tooLate
    }
  }

  /// Calls in flight end when the channel is closed, one way or the other, and so do calls that come later.
  @Sendable func endsInTheMiddle(_ channel: any Channel) async -> Check.Outcome {
    let delivery = samples.everywhere(SampleDeliveries.longTexts[0])
    async let early = render(delivery, by: channel)
    async let closed: Void? = timed { await channel.close() }
    if case .tooLate = await early { return tooLate }
    guard await closed != nil else { return tooLate }
    if case .tooLate = await render(samples.plain, by: channel) { return tooLate }
    return .passed
  }
}

/// Counts how often a delivery was marked.
private actor Marks {
  private(set) var count = 0
  func mark(_ answer: Bool) -> Bool {
    count += 1
    return answer
  }
}
