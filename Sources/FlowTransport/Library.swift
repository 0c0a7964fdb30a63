import CCurl

/// libcurl, set up once for the process before its first use.
enum Library {
  /// False where libcurl could not be set up; nothing can be sent then.
  static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
