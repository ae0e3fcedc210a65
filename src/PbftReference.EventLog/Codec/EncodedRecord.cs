namespace PbftReference.EventLog.Codec;

/// <summary>A step as it is appended.</summary>
/// <param name="Type">The record's type with its version, such as <c>prepare-received/1</c>.</param>
/// <param name="Data">The step as JSON in UTF-8.</param>
public readonly record struct EncodedRecord(string Type, byte[] Data);
