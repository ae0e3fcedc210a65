using System.Text;

namespace EventStore.Client;

/// <summary>Who makes a call.</summary>
public class UserCredentials
{
    private readonly string _authorization;

    /// <summary>A user by name and password.</summary>
    /// <param name="username">The name.</param>
    /// <param name="password">The password.</param>
    public UserCredentials(string username, string password)
    {
        Username = username;
        Password = password;
        _authorization = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}"))}";
    }

    /// <summary>Whoever holds a token.</summary>
    /// <param name="bearerToken">The token.</param>
    public UserCredentials(string bearerToken) => _authorization = $"Bearer {bearerToken}";

    /// <summary>The name, if it is a user by name and password.</summary>
    public string? Username { get; }

    /// <summary>The password, if it is a user by name and password.</summary>
    public string? Password { get; }

    /// <summary>The value of the authorization header: a secret, as good as the password.</summary>
    /// <returns>The scheme and what belongs to it.</returns>
    public override string ToString() => _authorization;

    /// <summary>The value of the authorization header.</summary>
    public static implicit operator string(UserCredentials self) => self?._authorization ?? throw new ArgumentNullException(nameof(self));
}
