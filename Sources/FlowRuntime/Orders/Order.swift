import FlowTime

/// What a command asks of an engine that changes something; reading needs none. It is carried out by the
/// server where one runs, else by an engine that the command makes itself: the same either way.
///
/// Carried out twice it does what it does once, so that whoever got no answer may ask again.
public enum Order: Hashable, Sendable {
  /// An event, what came of a task, or a contact that must not be written to any more.
  case receive(Incoming)
  /// Nothing of this run goes out until it is resumed. Runs are named by their id or the beginning of it.
  case pause(run: String, because: String)
  /// - Parameter because: for those who ask later; the run's journal keeps it.
  case resume(run: String, because: String? = nil)
  case cancel(run: String, because: String)
  /// Moves the run to the present version of its workflow.
  case migrate(run: String)
  /// Nothing at all goes out, also after a restart, until everything is resumed.
  case pauseAll(because: String)
  case resumeAll
  /// Lifts the cap of a workflow's first live run.
  case release(workflow: String)
  /// A person takes back that a contact must not be written to, on one channel or all that there is.
  case allow(contact: String, channel: String?, by: String, because: String, evenComplaints: Bool)
  /// Takes a person out of the store for good, by anything that they are known by.
  case erase(contact: String)

  /// Whether what follows from it is said by workflows; else it is carried out on the store alone, whatever is wrong
  /// with the project's files.
  public var needsWorkflows: Bool {
    switch self {
    case .pause, .pauseAll, .resume, .resumeAll, .cancel, .erase, .allow: return false
    case .receive(let incoming):
      if case .suppress = incoming.body { return false }
      return true
    case .migrate, .release: return true
    }
  }
}

/// What became of an order. Whatever is answered is committed.
public enum Answer: Hashable, Sendable {
  case received(Received)
  /// - Parameters:
  ///   - name: the whole id of the run, or the workflow.
  ///   - isNew: false where it was so already.
  case done(String, isNew: Bool)
  /// Counts of what was known of the person, all 0 where nothing was, and the ids of runs of others that still name
  /// them, sorted.
  case erased(runs: Int, events: Int, suppressions: Int, naming: [String])
  /// It cannot be done, and why; nothing has changed.
  case refused(String)
  /// The store cannot be written now: the same may be asked again later.
  case unavailable(String)
}
