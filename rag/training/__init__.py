"""Training the generator to read: records -> episodes -> sequences -> an adapter."""
