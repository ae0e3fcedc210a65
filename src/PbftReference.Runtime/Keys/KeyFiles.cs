using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PbftReference.Consensus.Interfaces;

namespace PbftReference.Runtime.Keys;

/// <summary>
/// A peer's key and certificate on disk: <c>key.pem</c>, which its owner alone may read, and <c>certificate.pem</c>, self-signed. The other
/// side compares the key with the one in the genesis; of the certificate nothing else counts.
/// </summary>
public static class KeyFiles
{
    /// <summary>The file of the private key.</summary>
    public const string KeyFile = "key.pem";

    /// <summary>The file of the certificate.</summary>
    public const string CertificateFile = "certificate.pem";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Makes a key and a certificate for a peer.</summary>
    /// <param name="directory">Where they are written; made if it is not there.</param>
    /// <param name="peer">Whose they are.</param>
    /// <returns>The public key, as SubjectPublicKeyInfo.</returns>
    /// <exception cref="IOException">There is a key already; it is not overwritten.</exception>
    public static byte[] Create(string directory, PeerId peer)
    {
        Directory.CreateDirectory(directory);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={peer}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero));
        WriteNew(Path.Combine(directory, KeyFile), key.ExportPkcs8PrivateKeyPem() + "\n", OwnerOnly);
        WriteNew(Path.Combine(directory, CertificateFile), certificate.ExportCertificatePem() + "\n", OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return key.ExportSubjectPublicKeyInfo();
    }

    /// <summary>Reads a certificate with its private key.</summary>
    /// <param name="certificateFile">Path of the certificate.</param>
    /// <param name="keyFile">Path of the private key.</param>
    /// <exception cref="KeyException">A file is missing, not PEM, not of that certificate, or readable by others.</exception>
    public static X509Certificate2 Read(string certificateFile, string keyFile)
    {
        RequirePrivate(keyFile);
        try
        {
            return X509Certificate2.CreateFromPem(File.ReadAllText(certificateFile), File.ReadAllText(keyFile));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new KeyException($"the key in {keyFile} or the certificate in {certificateFile} may not be read by this user: {e.Message.TrimEnd('.')}. Run it as their owner, or change the owner", e);
        }
        catch (Exception e) when (e is IOException or CryptographicException or ArgumentException)
        {
            throw new KeyException($"the key in {keyFile} and the certificate in {certificateFile} cannot be used: {e.Message} Restore both from a copy: the genesis names this very key, so a new one is of no use", e);
        }
    }

    private static void RequirePrivate(string keyFile)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(keyFile)) return;
        if ((File.GetUnixFileMode(keyFile) & Others) == 0) return;
        throw new KeyException($"the private key {keyFile} can be read or written by others: 'chmod 600 {keyFile}', and make a new key if others may have read it");
    }

    private static void WriteNew(string path, string text, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        using var file = new StreamWriter(path, options);
        file.Write(text);
    }
}
