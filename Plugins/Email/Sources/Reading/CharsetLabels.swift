/// What mail programs call a charset, and what the C library calls the one that they mean: the labels of WHATWG
/// Encoding (section 4.2), whose charsets hold all letters of those that they stand for, and others that mails have.
enum CharsetLabels {
  /// Nil for a label that is none of these: a closed list, so that a mail cannot choose among all modules there are.
  static func converter(_ label: String) -> String? { converters[label] }

  private static let converters: [String: String] = {
    var converters: [String: String] = [:]
    for line in lines.split(separator: "\n") {
      let words = line.split(separator: " ")
      for word in words.dropFirst() { converters[String(word)] = words.first.map(String.init) }
    }
    return converters
  }()

  private static let lines = """
    CP866 866 cp866 csibm866 ibm866
    ISO-8859-2 csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
    ISO-8859-3 csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3
    ISO-8859-4 csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4
    ISO-8859-5 csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988
    ISO-8859-6 arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e iso-8859-6-i
    ISO-8859-6 iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987
    ISO-8859-7 csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7
    ISO-8859-7 iso_8859-7:1987 sun_eu_greek
    ISO-8859-8 csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8
    ISO-8859-8 iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical
    ISO-8859-10 csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6
    ISO-8859-13 iso-8859-13 iso8859-13 iso885913
    ISO-8859-14 iso-8859-14 iso8859-14 iso885914
    ISO-8859-16 iso-8859-16
    KOI8-R cskoi8r koi koi8 koi8-r koi8_r
    KOI8-U koi8-ru koi8-u
    MACINTOSH csmacintosh mac macintosh x-mac-roman
    MAC-CYRILLIC x-mac-cyrillic x-mac-ukrainian
    CP874 dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874 cp874
    CP1250 cp1250 windows-1250 x-cp1250
    CP1251 cp1251 windows-1251 x-cp1251
    CP1253 cp1253 windows-1253 x-cp1253
    CP1254 cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5
    CP1254 windows-1254 x-cp1254
    CP1255 cp1255 windows-1255 x-cp1255
    CP1256 cp1256 windows-1256 x-cp1256
    CP1257 cp1257 windows-1257 x-cp1257
    CP1258 cp1258 windows-1258 x-cp1258
    GB18030 chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030 cp936
    BIG5-HKSCS big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950
    EUC-JP-MS cseucpkdfmtjapanese euc-jp x-euc-jp
    ISO-2022-JP csiso2022jp iso-2022-jp
    CP932 csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis cp932
    UHC cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949 cp949
    ISO-2022-KR csiso2022kr iso-2022-kr
    UTF-7 utf-7 unicode-1-1-utf-7 csunicode11utf7
    CP437 cp437 ibm437
    CP850 cp850 ibm850
    CP852 cp852 ibm852
    CP858 cp858 ibm00858
    """
}
