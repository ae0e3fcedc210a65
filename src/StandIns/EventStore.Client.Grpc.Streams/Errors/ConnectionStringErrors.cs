namespace EventStore.Client;

/// <summary>A connection string cannot be read.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="innerException">Why, if something else failed.</param>
public class ConnectionStringParseException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>It does not begin with a scheme and <c>://</c>.</summary>
public class NoSchemeException() : ConnectionStringParseException("No scheme: a connection string begins like esdb://.");

/// <summary>Its scheme is not one of those that lead to a server of streams.</summary>
/// <param name="scheme">The scheme.</param>
/// <param name="supportedSchemes">Those that do.</param>
public class InvalidSchemeException(string scheme, string[] supportedSchemes)
    : ConnectionStringParseException($"Invalid scheme: '{scheme}'. Supported: {string.Join(", ", supportedSchemes)}.");

/// <summary>What stands before the <c>@</c> is not a name, a colon and a password.</summary>
/// <param name="userInfo">The text; not repeated in the message, since it may hold a password.</param>
public class InvalidUserCredentialsException(string userInfo)
    : ConnectionStringParseException($"Invalid credentials of {userInfo?.Length} characters: one name, one ':' and one password.");

/// <summary>A host is not a name or an address with, or without, a colon and a port.</summary>
/// <param name="host">The text.</param>
public class InvalidHostException(string host) : ConnectionStringParseException($"Invalid host: '{host}'.");

/// <summary>An option is not a key, an equals sign and a value.</summary>
/// <param name="keyValuePair">The text.</param>
public class InvalidKeyValuePairException(string keyValuePair)
    : ConnectionStringParseException($"Invalid key/value pair: '{keyValuePair}'.");

/// <summary>A key occurs twice, in whatever case.</summary>
/// <param name="key">The key.</param>
public class DuplicateKeyException(string key) : ConnectionStringParseException($"Duplicate key: '{key}'.");

/// <summary>A key is unknown, or its value is none of those it can have.</summary>
/// <param name="message">What is wrong.</param>
public class InvalidSettingException(string message) : ConnectionStringParseException(message);

/// <summary>A file with a certificate or a key is missing, or is something else.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="innerException">Why, if something else failed.</param>
public class InvalidClientCertificateException(string message, Exception? innerException = null)
    : ConnectionStringParseException(message, innerException);
