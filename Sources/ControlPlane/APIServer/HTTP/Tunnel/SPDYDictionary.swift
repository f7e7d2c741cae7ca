// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What SPDY/3.1 sets the window of its header compression to at the beginning; its Adler-32 is 0xe3c6a7c2.
package enum SPDYDictionary {
    /// The dictionary, 1423 bytes.
    package static let bytes: [UInt8] = {
        var bytes: [UInt8] = []
        for word in Self.words {
            let count = UInt32(word.utf8.count)
            bytes += [UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)]
            bytes += Array(word.utf8)
        }
        return bytes + Array(Self.tail.utf8)
    }()

    private static let words =
        """
        options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow \
        authorization cache-control connection content-base content-encoding content-language content-length \
        content-location content-md5 content-range content-type date etag expect expires from host if-match \
        if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma \
        proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade \
        user-agent vary via warning www-authenticate method get status
        """.split(separator: " ").map(String.init) + ["200 OK"]
        + "version HTTP/1.1 url public set-cookie keep-alive origin".split(separator: " ").map(String.init)

    private static let tail = """
        100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative \
        Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 \
        Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec \
        00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,\
        application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8\
        charset=iso-8859-1,utf-,*,enq=0.
        """
}
