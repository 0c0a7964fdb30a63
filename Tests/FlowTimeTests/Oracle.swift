import Foundation

/// A second opinion: Python's `zoneinfo` over the same files, asked while the test runs.
enum Oracle {
  static let folder: String = {
    let given = ProcessInfo.processInfo.environment["TZDIR"] ?? ""
    return given.isEmpty ? "/usr/share/zoneinfo" : given
  }()

  /// Whether there is a Python to ask.
  static let isPresent = (try? run("print('ok')"))?.first == "ok"

  struct Failure: Error {
    var text: String
  }

  /// The lines a script prints. `-S` keeps a `tzdata` package out of sight, `zoneinfo` sees the system's
  /// folder alone.
  static func run(_ script: String) throws -> [Substring] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-S", "-B", "-c", preamble + script]
    process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONTZPATH": folder]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(text: "python3 ended with \(process.terminationStatus)")
    }
    return String(decoding: data, as: UTF8.self).split(separator: "\n")
  }

  private static let preamble = """
    import sys, os, random, zoneinfo, calendar
    from datetime import datetime, date, time, timedelta, timezone
    from zoneinfo import ZoneInfo
    zoneinfo.reset_tzpath(to=[os.environ["PYTHONTZPATH"]])
    FOLDER = os.environ["PYTHONTZPATH"]
    def offset(zone, ts):
        return int(datetime.fromtimestamp(ts, zone).utcoffset().total_seconds())
    EPOCH = datetime(1970, 1, 1)
    def wall_to_utc(zone, wall):
        # PEP 495, fold=0: the earlier of two; the offset before the gap where the time is missing.
        naive = EPOCH + timedelta(seconds=wall)
        return wall - int(naive.replace(tzinfo=zone, fold=0).utcoffset().total_seconds())
    def transitions(zone, start, end, step=86400):
        found, t, here = [], start, offset(zone, start)
        while t < end:
            nxt = t + step
            there = offset(zone, nxt)
            if there != here:
                low, high = t, nxt
                while high - low > 1:
                    middle = (low + high) // 2
                    if offset(zone, middle) == here: low = middle
                    else: high = middle
                found.append((high, here, offset(zone, high)))
                # Another change may follow within the step.
                t, here = high, offset(zone, high)
            else:
                t, here = nxt, there
        return found

    """
}
