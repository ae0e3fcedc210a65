using System.Text;
using PbftReference.Core.Types;
using PbftReference.Host.Services;

namespace PbftReference.Tests.Host.Services;

/// <summary>Operations for the service tests, drawn from a seed.</summary>
internal static class Operations
{
    public static string Run(this IService service, string operation) => Encoding.UTF8.GetString(service.Execute(operation));

    public static byte[] Execute(this IService service, string operation) => service.Execute(Encoding.UTF8.GetBytes(operation));

    public static byte[] Execute(this IService service, byte[] operation) => service.Execute(new ClientId(3), new Timestamp(5), operation);

    /// <summary>A service after so many drawn operations.</summary>
    public static IService ServiceAfter(string name, int seed, int count)
    {
        var random = new Random(seed);
        var service = ServiceFactory.Create(name);
        for (var i = 0; i < count; i++) service.Execute(Draw(random));
        return service;
    }

    /// <summary>Mostly sensible operations on few keys, with values from empty to larger than a page, some noise among them.</summary>
    public static byte[] Draw(Random random)
    {
        var (key, other) = ($"key{random.Next(120)}", $"key{random.Next(120)}");
        return random.Next(20) switch
        {
            < 8 => Encoding.UTF8.GetBytes($"put {key} {new string('v', random.Next(300))}"),
            < 11 => Encoding.UTF8.GetBytes($"put {key} {random.Next(100)}"),
            < 13 => Encoding.UTF8.GetBytes($"delete {key}"),
            < 15 => Encoding.UTF8.GetBytes($"transfer {key} {other} {random.Next(40)}"),
            15 => Encoding.UTF8.GetBytes($"cas {key} {random.Next(100)} new"),
            16 => Encoding.UTF8.GetBytes($"get {key}"),
            17 => Encoding.UTF8.GetBytes($"put {key} {new string('w', random.Next(9000))}"),
            _ => Noise(random),
        };
    }

    /// <summary>Any bytes.</summary>
    public static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(60)];
        random.NextBytes(bytes);
        return bytes;
    }
}
