using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>Keeps in mind what came and what was sent, and with that what a replica may not leave undone.</summary>
internal interface IDutyDesk
{
    /// <summary>A message was taken.</summary>
    void Came(SpecMessage message);

    /// <summary>A message was sent.</summary>
    void Sent(SpecMessage message);
}
