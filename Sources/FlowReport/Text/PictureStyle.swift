/// The colours of pictures, for light and for dark pages. Fonts are the reader's own.
enum PictureStyle {
  private static let font = "font-family: system-ui, sans-serif"

  static let timelineLight = """
        text { \(font); font-size: 13px; fill: #1f2328; }
        .page { fill: #ffffff; }
        .title { font-size: 20px; font-weight: 600; }
        .faint { fill: #59636e; }
        .small, .quote { font-size: 12px; fill: #59636e; }
        .small { font-size: 11px; }
        .date, .name { font-weight: 600; }
        .quiet, .time { fill: #59636e; }
        .outcome { font-weight: 600; fill: #1a7f37; }
        .later { fill: #9a6700; }
        .bad { fill: #cf222e; }
        .day { fill: #f6f8fa; }
        .between { fill: #f6f8fa; }
        .off { fill: #e4e8ee; }
        .rail { stroke: #afb8c1; stroke-width: 2; }
        .wait { fill: #9ec5fe; }
        .defer { fill: none; stroke: #bf8700; stroke-width: 1.5; stroke-dasharray: 4 3; }
        .head, .put { fill: #bf8700; }
        .touch { fill: #0969da; }
        .task { fill: #ffffff; stroke: #0969da; stroke-width: 2.5; }
        .end { fill: #1a7f37; }
        .start { fill: #ffffff; stroke: #59636e; stroke-width: 2; }
        .alarm { fill: #cf222e; }
        .answer { fill: #8250df; }
        .cross { fill: none; stroke: #cf222e; stroke-width: 2.5; }
        .dot { fill: #59636e; }
    """

  static let timelineDark = """
          text { fill: #e6edf3; }
          .page { fill: #0d1117; }
          .faint, .small, .quote, .quiet, .time { fill: #9198a1; }
          .outcome { fill: #3fb950; }
          .later { fill: #d29922; }
          .bad { fill: #f85149; }
          .day, .between { fill: #151b23; }
          .off { fill: #262c36; }
          .rail { stroke: #3d444d; }
          .wait { fill: #1f4b87; }
          .defer { stroke: #d29922; }
          .head, .put { fill: #d29922; }
          .touch { fill: #4493f8; }
          .task { fill: #0d1117; stroke: #4493f8; }
          .end { fill: #3fb950; }
          .start { fill: #0d1117; stroke: #9198a1; }
          .alarm { fill: #f85149; }
          .answer { fill: #ab7df8; }
          .cross { stroke: #f85149; }
          .dot { fill: #9198a1; }
    """

  static let graphLight = """
        text { \(font); font-size: 12px; fill: #1f2328; }
        .page { fill: #ffffff; }
        .title { font-size: 20px; font-weight: 600; }
        .faint { font-size: 13px; fill: #59636e; }
        .name, .light { font-size: 13px; font-weight: 600; }
        .light { fill: #ffffff; }
        .fact, .label { fill: #59636e; }
        .label { font-size: 11px; }
        .heading, .key { font-weight: 600; }
        .heading { fill: #59636e; }
        .ending { fill: #1a7f37; font-weight: 600; }
        .frame { fill: #f6f8fa; stroke: #d1d9e0; }
        .start { fill: #59636e; }
        .touch { fill: #ddf4ff; stroke: #0969da; stroke-width: 1.5; }
        .task { fill: #fff8c5; stroke: #9a6700; stroke-width: 1.5; }
        .action { fill: #ffffff; stroke: #818b98; stroke-width: 1.5; }
        .wait { fill: #ffffff; stroke: #818b98; stroke-width: 1.5; stroke-dasharray: 5 3; }
        .choice { fill: #fbefff; stroke: #8250df; stroke-width: 1.5; }
        .alarm { fill: #ffebe9; stroke: #cf222e; stroke-width: 1.5; }
        .end { fill: #dafbe1; stroke: #1a7f37; stroke-width: 1.5; }
        .pill { fill: #ffffff; stroke: #afb8c1; }
        .edge { fill: none; stroke: #818b98; stroke-width: 1.5; }
        .soft { stroke-dasharray: 3 3; }
        .arrow { fill: #818b98; }
    """

  static let graphDark = """
          text { fill: #e6edf3; }
          .page { fill: #0d1117; }
          .faint, .fact, .label, .heading { fill: #9198a1; }
          .ending { fill: #3fb950; }
          .frame { fill: #151b23; stroke: #3d444d; }
          .start { fill: #656c76; }
          .touch { fill: #10243e; stroke: #4493f8; }
          .task { fill: #2b230c; stroke: #d29922; }
          .action, .wait { fill: #0d1117; stroke: #656c76; }
          .choice { fill: #231538; stroke: #ab7df8; }
          .alarm { fill: #3c1618; stroke: #f85149; }
          .end { fill: #12351f; stroke: #3fb950; }
          .pill { fill: #0d1117; stroke: #3d444d; }
          .edge { stroke: #656c76; }
          .arrow { fill: #656c76; }
    """
}
