using System.Net;

namespace EventStore.Client;

/// <summary>A node that calls go to.</summary>
internal sealed class Node(Uri address)
{
    public Uri Address { get; } = address;

    public static Uri AddressOf(EndPoint endPoint, bool insecure)
    {
        var named = ByName(endPoint);
        return new UriBuilder(insecure ? Uri.UriSchemeHttp : Uri.UriSchemeHttps, named.Host, named.Port).Uri;
    }

    public static DnsEndPoint ByName(EndPoint endPoint) => endPoint switch
    {
        DnsEndPoint name => name,
        IPEndPoint address => new DnsEndPoint(address.Address.ToString(), address.Port),
        _ => throw new ArgumentException($"Neither a name nor an address: {endPoint}.", nameof(endPoint)),
    };
}
